import type { Core } from '../foundation/core.ts'
import type { Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import { recordOutcomes } from '../scoring/outcome.ts'
import { dropQueued, forgetQueued } from '../sms/queue.ts'
import { releaseSlots } from './slots.ts'
import { forgetPlan, markNotSent, readSurvey } from './store.ts'

/** The transaction was withdrawn: its citizen is not asked any more. False when the text had gone out. */
export async function withdrawSurvey(
  deps: Pick<Core, 'clock' | 'newId'>,
  tx: Tx,
  id: Id,
): Promise<boolean> {
  if (!(await readSurvey(tx, id))) return true
  const dropped = await dropQueued(tx, [id], 'ask', 'withdrawn')
  const ended = await markNotSent(tx, dropped, { state: 'closed', reason: 'withdrawn' })
  await releaseSlots(tx, ended)
  await recordOutcomes(deps, tx, [id])
  return ended.length > 0
}

/** Takes back whatever was planned for a transaction, so that it can be planned anew. False when the text is on its way. */
export async function forgetSurvey(tx: Tx, id: Id): Promise<boolean> {
  const survey = await readSurvey(tx, id)
  // The text is locked first: a dispatch that is taking it up at this moment wins, or waits for us.
  if (survey && !(await forgetQueued(tx, id, 'ask'))) return false
  return forgetPlan(tx, id)
}
