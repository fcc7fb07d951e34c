import { array, assert, constant, constantFrom, oneof, property, record } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dateAt } from '../../src/foundation/clock.ts'
import type { CallEvent, CallFacts, Order } from '../../src/telephony/rules.ts'
import { tell } from './begun.ts'
import { traces } from './traces.ts'

describe('a call as the exchange tells it', () => {
  test.each(traces)('$name: $result', ({ events, result }) => {
    const { call, orders } = tell(events)
    expect(call).toMatchObject({ state: 'ended', result })
    expect(orders.at(-1)).toBe('clear')
  })
  test.each(traces)('$name: told twice, it is the same call', ({ events, result }) => {
    const { call, orders } = tell(events.flatMap((event) => [event, event]))
    expect(call).toMatchObject({ state: 'ended', result })
    expect(orders.filter((order) => order === 'dial_citizen').length).toBeLessThanOrEqual(1)
  })
  test('a status and a state that say the same come in either order', () => {
    const upLate: CallEvent[] = [{ kind: 'citizen_up' }, { kind: 'heard', what: 'ringing' }]
    const start: CallEvent[] = [{ kind: 'asked' }, { kind: 'agent_up' }, { kind: 'citizen_ready' }]
    expect(tell([...start, ...upLate]).call.state).toBe('talking')
    expect(tell([...start, ...upLate.toReversed()]).call.state).toBe('talking')
  })
})

const anyEvent = oneof<ReturnType<typeof constant<CallEvent>>[]>(
  ...(
    [
      { kind: 'asked' },
      { kind: 'agent_up' },
      { kind: 'connect_again' },
      { kind: 'citizen_ready' },
      { kind: 'heard', what: 'ringing' },
      { kind: 'heard', what: 'progress' },
      { kind: 'citizen_up' },
      { kind: 'refused', leg: 'agent' },
      { kind: 'refused', leg: 'citizen' },
      { kind: 'stop', by: 'agent' },
      { kind: 'stop', by: 'timer' },
      { kind: 'record' },
      { kind: 'notice_over', played: true },
      { kind: 'notice_over', played: false },
      { kind: 'recording_over', kept: true },
    ] satisfies CallEvent[]
  ).map((event) => constant<CallEvent>(event)),
)
const anyEnd = record({
  kind: constant('gone' as const),
  leg: constantFrom('agent' as const, 'citizen' as const),
  cause: constantFrom(null, 0, 1, 16, 17, 18, 19, 20, 21, 34),
  sipCode: constantFrom(null, 404, 408, 480, 486, 603),
})
const anyMode = constantFrom('off' as const, 'on' as const, 'ask' as const)

test('whatever is told in whatever order, each phone is rung once at most and an ended call moves no more', () => {
  assert(
    property(
      array(oneof(anyEvent, anyEnd), { maxLength: 30 }),
      anyMode,
      (events, recordingMode) => {
        const { call, orders } = tell(events, { recordingMode })
        const times = (wanted: Order) => orders.filter((order) => order === wanted).length
        expect(times('ring_agent')).toBeLessThanOrEqual(1)
        expect(times('dial_citizen')).toBeLessThanOrEqual(1)
        expect(times('clear')).toBeLessThanOrEqual(1)
        expect(call.state === 'ended').toBe(call.endedAt !== null)
        const over = call.state === 'ending' || call.state === 'ended'
        expect([over, call.result === null]).not.toEqual([true, true])
        expect([call.recording, call.citizenAnsweredAt]).not.toEqual([
          expect.stringMatching(/^(?!none$)/),
          null,
        ])
      },
    ),
    { numRuns: 2_000 },
  )
})

test('whatever was told before, a call of which both legs are gone has ended with a result', () => {
  assert(
    property(array(oneof(anyEvent, anyEnd), { maxLength: 20 }), (events) => {
      const gone = (leg: 'agent' | 'citizen'): CallEvent => ({
        kind: 'gone',
        leg,
        cause: null,
        sipCode: null,
      })
      expect(tell([...events, gone('citizen'), gone('agent')]).call).toMatchObject({
        state: 'ended',
        result: expect.any(String),
      })
    }),
  )
})

test('who was not told is not recorded, and who was asked is', () => {
  const talking: Partial<CallFacts> = { state: 'talking', citizenAnsweredAt: dateAt(0) }
  const played = (recordingMode: CallFacts['recordingMode'], event: CallEvent) =>
    tell([event], {
      ...talking,
      recordingMode,
      recording: recordingMode === 'on' ? 'notice' : 'none',
    })
  expect(played('on', { kind: 'notice_over', played: true }).orders).toEqual(['record'])
  expect(played('on', { kind: 'notice_over', played: false }).orders).toEqual([])
  expect(played('on', { kind: 'record' }).orders).toEqual([])
  expect(played('ask', { kind: 'record' }).orders).toEqual(['record'])
  expect(played('off', { kind: 'record' }).orders).toEqual([])
})
