import { expect, test } from 'vitest'
import { openHub } from '../../src/live/hub.ts'
import type { Unit } from '../../src/unit/unit.ts'

const staff = { id: 'a', name: '李红', role: 'agent', unitCode: 'MY', scopeCode: 'MY' } as const

test('a page that is on its way in while the hub closes does not stay, nor does one that comes after', async () => {
  let units: (units: Map<string, Unit>) => void = () => {}
  const hub = openHub({ units: () => new Promise((resolve) => (units = resolve)) })
  const opening = hub.open(staff, async () => true)
  hub.close()
  units(new Map())
  const after = hub.open(staff, async () => true)
  units(new Map())
  for (const stream of [await opening, await after]) {
    // Ends by itself: an open stream would be read for ever.
    expect(Buffer.concat(await stream.toArray()).toString()).toBe('retry: 1000\n\n')
  }
})
