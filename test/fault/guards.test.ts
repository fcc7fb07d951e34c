import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { faultNames } from './run.ts'
import { guards } from './guards.ts'

test('every fault has a guard whose removal the suite notices', () => {
  expect(guards.map(({ fault }) => fault).sort()).toEqual([...faultNames].sort())
})

test.each(guards)(
  'what guards against $fault stands where the proof takes it away',
  ({ edits }) => {
    for (const { file, from } of edits) {
      // Moved or rewritten? Then follow it in guards.ts, and prove it: `npm run test:fault -- --prove`.
      expect(readFileSync(file, 'utf8').split(from), `${file}: ${from}`).toHaveLength(2)
    }
  },
)
