import { expect, test } from 'vitest'
import { retryTime, type AttemptResult } from '../../src/callback/rules.ts'
import { defaultPolicy } from '../../src/policy/defaults.ts'

const now = new Date('2026-11-30T10:00:00+08:00')
const policy = { ...defaultPolicy.callback, busyRetrySeconds: 600, noAnswerRetry: 1_800 }

test.each<[AttemptResult, object, string]>([
  ['busy', {}, '10:10'],
  ['no_answer', {}, '10:30'],
  ['off', {}, '10:30'],
  ['hung_up', {}, '10:30'],
  ['off', { offRetry: 3_600 }, '11:00'],
  ['off', { hungUpRetry: 3_600 }, '10:30'],
  ['hung_up', { hungUpRetry: 0 }, '10:00'],
  ['hung_up', { hungUpRetry: 'half_day' }, '13:00'],
  ['no_answer', { offRetry: 0, hungUpRetry: 0 }, '10:30'],
])('after %s with %j the next call is at %s', (result, change, time) => {
  expect(retryTime(result, { ...policy, ...change }, now)).toEqual(
    new Date(`2026-11-30T${time}:00+08:00`),
  )
})
