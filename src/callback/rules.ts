import {
  addWorkingHours,
  nextHalfDay,
  nextInWindow,
  type WorkingCalendar,
  type WorkingInstant,
} from '../foundation/calendar.ts'
import { dateAt } from '../foundation/clock.ts'
import { compareRatings, isDissatisfied, type Rating } from '../foundation/rating.ts'
import type { Policy } from '../policy/policy.ts'

export const callbackStates = [
  'waiting',
  'claimed',
  'talking',
  'resolved',
  'unreachable',
  'cancelled',
] as const
export type CallbackState = (typeof callbackStates)[number]

/** Where a callback may go from where it is. */
export const callbackTransitions: Record<CallbackState, readonly CallbackState[]> = {
  waiting: ['claimed', 'cancelled'],
  claimed: ['talking', 'waiting', 'resolved', 'unreachable', 'cancelled'],
  talking: ['waiting', 'resolved', 'unreachable', 'cancelled'],
  resolved: [],
  unreachable: [],
  cancelled: [],
}

export const callbackOrigins = [
  'dissatisfied',
  'conflict',
  'sample',
  'landline',
  'undelivered',
  'urgent',
  'hotline',
  'revisit',
] as const
export type CallbackOrigin = (typeof callbackOrigins)[number]

/** Origins of callbacks that nobody asked for: drawn from the cases of a day. */
export const drawnOrigins: readonly CallbackOrigin[] = ['sample', 'landline', 'undelivered']

/** Higher is called first; within one priority the nearer deadline. */
export const originPriority: Record<CallbackOrigin, number> = {
  urgent: 9,
  dissatisfied: 5,
  conflict: 5,
  hotline: 5,
  revisit: 4,
  undelivered: 2,
  landline: 2,
  sample: 1,
}

export const attemptResults = [
  'reached',
  'busy',
  'no_answer',
  'off',
  'wrong_number',
  'refused',
  'hung_up',
  'call_later',
] as const
export type AttemptResult = (typeof attemptResults)[number]

/** 成立, 部分成立, 不成立, 误评. */
export const findings = ['upheld', 'partly_upheld', 'not_upheld', 'mistaken'] as const
export type Finding = (typeof findings)[number]

/**
 * Whether there is something that can be found to hold or not: a callback that was drawn has no complaint until
 * the citizen voices one, be it earlier in the survey or only on the phone.
 */
export function complaintStands(
  origin: CallbackOrigin,
  ratings: readonly (Rating | null)[],
): boolean {
  return !drawnOrigins.includes(origin) || ratings.some(isDissatisfied)
}

export type AfterAttempt =
  | { state: 'waiting'; notBefore: Date }
  | { state: 'resolved' | 'unreachable' | 'cancelled'; reason: string | null }

/**
 * What follows a try: busy is called again within minutes, nobody there in another half-day, a wrong
 * number never. `attempts` counts this one; `callAgainAt` moves the next try from the policy's time.
 */
export function afterAttempt(
  result: AttemptResult,
  attempts: number,
  policy: Policy['callback'],
  now: Date,
  callAgainAt: Date | null,
): AfterAttempt {
  const again = callAgainAt && nextInWindow(callAgainAt, policy.callingWindow)
  switch (result) {
    case 'reached':
      return { state: 'resolved', reason: null }
    case 'wrong_number':
      return { state: 'unreachable', reason: 'wrong_number' }
    case 'refused':
      return { state: 'cancelled', reason: 'refused' }
    case 'call_later':
      return { state: 'waiting', notBefore: again ?? nextInWindow(now, policy.callingWindow) }
    case 'busy':
    case 'no_answer':
    case 'off':
    case 'hung_up': {
      if (attempts >= policy.attemptLimit)
        return { state: 'unreachable', reason: 'attempts_used_up' }
      return { state: 'waiting', notBefore: again ?? retryTime(result, policy, now) }
    }
  }
}

/** When the policy has somebody called again after this result. */
export function retryTime(result: AttemptResult, policy: Policy['callback'], now: Date): Date {
  const wait = waitAfter(result, policy)
  return wait === 'half_day'
    ? nextHalfDay(now, policy.callingWindow)
    : nextInWindow(dateAt(now.getTime() + wait * 1000), policy.callingWindow)
}

/** Up to when a next try may be moved: within the deadline, or the policy's own time where that is later. */
export function lastRetryTime(standard: Date, dueAt: Date): Date {
  return standard > dueAt ? standard : dueAt
}

function waitAfter(result: AttemptResult, policy: Policy['callback']): number | 'half_day' {
  if (result === 'busy') return policy.busyRetrySeconds
  const own = { off: policy.offRetry, hung_up: policy.hungUpRetry }[result as 'off' | 'hung_up']
  return own ?? policy.noAnswerRetry
}

/** By when the citizen must have been called (24 hours in Guangzhou's published practice). */
export function callbackDueAt(
  now: Date,
  policy: Policy['callback'],
  calendar: WorkingCalendar,
): WorkingInstant {
  return policy.dueHoursKind === 'working'
    ? addWorkingHours(now, policy.dueHours, policy.officeHours, calendar)
    : { at: dateAt(now.getTime() + policy.dueHours * 3_600_000), provisional: false }
}

/** Whether a second person must agree before this takes effect (law 7). */
export function needsSecondPerson(
  original: Rating | null,
  later: Rating | null,
  finding: Finding | null,
): boolean {
  if (finding === 'mistaken') return true
  return original !== null && later !== null && compareRatings(later, original) < 0
}
