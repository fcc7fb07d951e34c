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

const windowSeconds = { minute: 60, hour: 3600, day: 24 * 3600, month: 24 * 3600 } as const

/** What to do after the provider's clear no (classes of aliyun-sms §2.6). `tries` counts this one. */
export function afterRefusal(
  refusal: Refusal,
  tries: number,
  policy: Pick<Policy['sms'], 'retryBackoffSeconds' | 'retryLimit'>,
): AfterRefusal {
  switch (refusal.class) {
    case 'configuration':
      return { do: 'requeue', afterSeconds: 0, countsAsTry: false, pause: {} }
    case 'permanent':
    case 'block':
      return { do: 'give_up', afterSeconds: 0, countsAsTry: true }
    case 'flow': {
      const afterSeconds = windowSeconds[refusal.window ?? 'minute']
      if (refusal.scope === 'account') {
        return {
          do: 'requeue',
          afterSeconds,
          countsAsTry: false,
          pause: { forSeconds: afterSeconds },
        }
      }
      return tries > policy.retryLimit
        ? { do: 'give_up', afterSeconds, countsAsTry: true }
        : { do: 'requeue', afterSeconds, countsAsTry: true }
    }
    case 'retry': {
      const afterSeconds = policy.retryBackoffSeconds * 2 ** Math.max(0, tries - 1)
      return tries > policy.retryLimit
        ? { do: 'give_up', afterSeconds, countsAsTry: true }
        : { do: 'requeue', afterSeconds, countsAsTry: true }
    }
  }
}
