import { inBusinessZone } from '../foundation/clock.ts'
import type { Policy } from '../policy/policy.ts'
import type { Refusal } from './gateway.ts'

export interface AfterRefusal {
  do: 'requeue' | 'give_up'
  afterSeconds: number
  /** A refusal of the account is not the text's fault and uses up none of its tries. */
  countsAsTry: boolean
  /** Stop sending for the refusal's scope; without seconds until a person resumes. */
  pause?: { forSeconds?: number }
}

/** What to do after the provider's clear no (classes of aliyun-sms §2.6). `tries` counts this one. */
export function afterRefusal(
  refusal: Refusal,
  tries: number,
  policy: Pick<Policy['sms'], 'retryBackoffSeconds' | 'retryLimit'>,
  now: Date,
): AfterRefusal {
  const unlessTriedOut = (afterSeconds: number): AfterRefusal => ({
    do: tries > policy.retryLimit ? 'give_up' : 'requeue',
    afterSeconds,
    countsAsTry: true,
  })
  switch (refusal.class) {
    case 'configuration':
      return { do: 'requeue', afterSeconds: 0, countsAsTry: false, pause: {} }
    case 'permanent':
    case 'block':
      return { do: 'give_up', afterSeconds: 0, countsAsTry: true }
    case 'flow': {
      const afterSeconds = secondsUntilFree(refusal, now)
      return refusal.scope === 'number' || refusal.scope === 'text'
        ? unlessTriedOut(afterSeconds)
        : {
            do: 'requeue',
            afterSeconds,
            countsAsTry: false,
            pause: { forSeconds: afterSeconds },
          }
    }
    case 'retry':
      return unlessTriedOut(policy.retryBackoffSeconds * 2 ** Math.max(0, tries - 1))
  }
}

const throttledSeconds = 5
// The provider's clock and ours need not agree to the second.
const marginSeconds = 3
const daySeconds = 24 * 3600

/**
 * How long the window that is full stays so. Minutes and hours are those of the wall clock in UTC+8; a number's
 * day is 24 hours from its first text, an account's the calendar's (help.aliyun.com/document_detail/44335.htm).
 * A full month is tried again the next day, since somebody may have raised the cap.
 */
export function secondsUntilFree(refusal: Pick<Refusal, 'window' | 'scope'>, now: Date): number {
  const local = inBusinessZone(now)
  const untilEndOf = (unit: 'minute' | 'hour' | 'day') =>
    Math.ceil(local.endOf(unit).diff(local, 'seconds').seconds) + marginSeconds
  const window = refusal.window ?? 'second'
  switch (window) {
    case 'second':
      return throttledSeconds
    case 'minute':
    case 'hour':
      return untilEndOf(window)
    case 'day':
    case 'month':
      return refusal.scope === 'number' ? daySeconds : untilEndOf('day')
  }
}
