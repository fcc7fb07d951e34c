import { assert, constantFrom, integer, property } from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { dateAt } from '../../src/foundation/clock.ts'
import type { Refusal } from '../../src/sms/gateway.ts'
import { daysToAsk } from '../../src/sms/reconcile.ts'
import { afterRefusal, secondsUntilFree } from '../../src/sms/rules.ts'

const at = (iso: string) => dateAt(Date.parse(iso))
const policy = { retryBackoffSeconds: 60, retryLimit: 5 }
const flow = (fields: Partial<Refusal>): Refusal => ({
  class: 'flow',
  code: 'isv.BUSINESS_LIMIT_CONTROL',
  scope: 'number',
  meaning: '',
  ...fields,
})

describe('a full window', () => {
  it.each([
    ['second', 'account', '2026-11-20T10:20:30+08:00', 5],
    ['minute', 'number', '2026-11-20T10:20:30+08:00', 33],
    ['minute', 'number', '2026-11-20T10:20:00+08:00', 63],
    ['hour', 'number', '2026-11-20T10:59:00+08:00', 63],
    ['day', 'number', '2026-11-20T23:59:00+08:00', 24 * 3600],
    ['day', 'account', '2026-11-20T23:59:00+08:00', 63],
    ['month', 'account', '2026-11-20T22:00:00+08:00', 2 * 3600 + 3],
  ] as const)('of a %s for the %s at %s is free after %i s', (window, scope, now, seconds) => {
    expect(secondsUntilFree({ window, scope }, at(now))).toBe(seconds)
  })

  test('of a minute or an hour is always over when the text is tried again', () => {
    assert(
      property(
        constantFrom('minute', 'hour'),
        integer({ min: 1.7e12, max: 1.9e12 }),
        (window, nowMs) => {
          const lengthMs = window === 'minute' ? 60_000 : 3_600_000
          const free = nowMs + secondsUntilFree({ window, scope: 'number' }, dateAt(nowMs)) * 1000
          expect(Math.floor(free / lengthMs)).toBe(Math.floor(nowMs / lengthMs) + 1)
        },
      ),
    )
  })

  it('of a number costs the text a try and stops nobody else', () => {
    const now = at('2026-11-20T10:20:30+08:00')
    const next = afterRefusal(flow({ window: 'hour' }), 1, policy, now)
    expect(next).toEqual({ do: 'requeue', afterSeconds: 39 * 60 + 33, countsAsTry: true })
    expect(afterRefusal(flow({ window: 'hour' }), 6, policy, now).do).toBe('give_up')
  })

  it.each(['account', 'template', 'signature'] as const)(
    'of the %s pauses it and costs no text a try',
    (scope) => {
      const next = afterRefusal(
        flow({ window: 'second', scope }),
        9,
        policy,
        at('2026-11-20T10:00:00Z'),
      )
      expect(next).toMatchObject({ do: 'requeue', countsAsTry: false, pause: { forSeconds: 5 } })
    },
  )
})

describe('the days under which the provider may have filed a text', () => {
  it.each([
    ['2026-11-20T12:00:00+08:00', ['20261120']],
    ['2026-11-20T23:10:00+08:00', ['20261120', '20261121']],
    ['2026-11-21T00:05:00+08:00', ['20261120', '20261121']],
    ['2026-11-21T00:20:00+08:00', ['20261121']],
    ['2026-11-20T16:30:00Z', ['20261121']],
  ])('are those around %s in UTC+8', (submittedAt, days) => {
    expect(daysToAsk(at(submittedAt))).toEqual(days)
  })
})
