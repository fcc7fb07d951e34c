import type { Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import { planSurveys, type PlanDeps } from '../survey/plan.ts'
import { forgetSurvey, withdrawSurvey } from '../survey/withdraw.ts'
import type { Draft } from './accept.ts'
import type { RowVerdict } from './row.ts'
import {
  insertAmendment,
  isWithdrawn,
  markWithdrawn,
  overwriteTransaction,
  setContentHash,
} from './store.ts'

/**
 * The same key came with other content. While the text is not on its way the change is applied, and what
 * was planned is planned anew; afterwards it is recorded only, since the citizen has read the text.
 */
export async function amendTransaction(
  deps: PlanDeps,
  tx: Tx,
  transactionId: Id,
  draft: Draft,
): Promise<RowVerdict> {
  const applied =
    draft.kind === 'cancelled'
      ? await withdraw(deps, tx, transactionId)
      : await replan(deps, tx, transactionId, draft)
  await insertAmendment(tx, {
    id: deps.newId(),
    transactionId,
    kind: draft.kind === 'cancelled' ? 'cancelled' : 'amended',
    applied,
    rowSealed: deps.vault.seal(draft.canonical, 'row'),
  })
  // The latest content is what a repeated push is compared with.
  await setContentHash(tx, transactionId, draft)
  return {
    externalId: draft.externalId,
    verdict: draft.kind === 'cancelled' ? 'withdrawn' : 'amended',
    transactionId,
    applied,
  }
}

async function withdraw(deps: PlanDeps, tx: Tx, id: Id): Promise<boolean> {
  await markWithdrawn(tx, id)
  return withdrawSurvey(deps, tx, id)
}

async function replan(deps: PlanDeps, tx: Tx, id: Id, draft: Draft): Promise<boolean> {
  // A cancellation that overtook its own transaction stays one; only an explicit amendment lifts it.
  if (draft.kind === 'completed' && (await isWithdrawn(tx, id))) return false
  if (!(await forgetSurvey(tx, id))) return false
  await overwriteTransaction(tx, id, draft)
  await planSurveys(deps, tx, [{ ...draft, id }])
  return true
}
