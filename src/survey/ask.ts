import type { Core } from '../foundation/core.ts'
import type { Policy } from '../policy/policy.ts'
import { recordOutcomes } from '../scoring/outcome.ts'
import type { MessageOwner } from '../sms/owner.ts'
import { releaseSlots } from './slots.ts'
import { markBack, markNotSent, markOpen, markSubmitting } from './store.ts'

/** Moves a survey along with its text. */
export function askOwner(deps: Core & { policy: () => Promise<Policy> }): MessageOwner {
  return {
    submitting: (tx, caseIds) => markSubmitting(tx, caseIds),
    async accepted(tx, caseIds) {
      await markOpen(tx, caseIds, (await deps.policy()).survey)
    },
    unknown: (tx, caseIds) => markBack(tx, caseIds, 'unknown'),
    requeued: (tx, caseIds) => markBack(tx, caseIds, 'scheduled'),
    async failed(tx, cases) {
      for (const [reason, group] of Map.groupBy(cases, (each) => each.reason)) {
        const ended = await markNotSent(
          tx,
          group.map(({ caseId }) => caseId),
          { state: 'failed', reason },
        )
        await releaseSlots(tx, ended)
        await recordOutcomes(
          deps,
          tx,
          ended.map(({ id }) => id),
        )
      }
    },
  }
}
