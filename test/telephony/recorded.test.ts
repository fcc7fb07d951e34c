import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ariEvent } from '../../src/telephony/ari.ts'
import { readEvent } from '../../src/telephony/exchange.ts'
import type { CallEvent } from '../../src/telephony/rules.ts'
import { tell } from './begun.ts'
import { traceFolder, tracedCall, type RecordedTrace } from './recorder.ts'

const recorded = readdirSync(traceFolder).map(
  (file) => JSON.parse(readFileSync(join(traceFolder, file), 'utf8')) as RecordedTrace,
)

/** What the exchange told, as the call is told it; our own timer where it ended the call. */
function eventsOf({ events }: RecordedTrace): CallEvent[] {
  const told = events.flatMap((raw): CallEvent[] => {
    if (raw === null) return [{ kind: 'stop', by: 'timer' }]
    const read = readEvent(ariEvent.parse(raw))
    return read?.id === tracedCall ? [read.event] : []
  })
  return [{ kind: 'asked' }, ...told]
}

describe('what a real exchange told', () => {
  test('was recorded for every row of the table of scenarios that it can play', () => {
    expect(recorded.length).toBeGreaterThanOrEqual(20)
  })
  test.each(recorded)('$name ($exchange): $result', (trace) => {
    const { call, orders } = tell(eventsOf(trace))
    expect(call.result).toBe(trace.result)
    expect(orders.filter((order) => order === 'dial_citizen').length).toBeLessThanOrEqual(1)
  })
  test.each(recorded)('$name: with every event told twice it is the same call', (trace) => {
    const twice = eventsOf(trace).flatMap((event) => [event, event])
    expect(tell(twice).call.result).toBe(trace.result)
  })
})
