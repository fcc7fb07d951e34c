import type { Core } from '../foundation/core.ts'
import type { Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import type { Rating } from '../foundation/rating.ts'
import { recordOutcomes } from '../scoring/outcome.ts'
import type { SmsDeps } from '../sms/dispatch.ts'
import { proveSent } from '../sms/prove.ts'
import type { Survey } from './rules.ts'
import {
  lockSurveysOfNumber,
  markAnswered,
  markClosed,
  setDisposition,
  surveysOfNumber,
} from './store.ts'

export { readSurvey } from './store.ts'

/**
 * The surveys to which a reply of this number may belong, newest first, locked. A reply proves that a
 * text was sent, so one whose outcome is unknown is settled first.
 */
export async function surveysToAnswer(
  deps: SmsDeps,
  tx: Tx,
  phoneHash: Buffer,
  reply: { signature: string | null; repliedAt: Date },
): Promise<(Survey & { withinLateWindow: boolean; withinReplyWindow: boolean })[]> {
  const unsettled = (await surveysOfNumber(tx, phoneHash)).filter(({ state }) =>
    ['submitting', 'unknown'].includes(state),
  )
  for (const { id } of unsettled) await proveSent(deps, tx, id, 'ask')
  const { signature, repliedAt } = reply
  const surveys = await lockSurveysOfNumber(tx, phoneHash, repliedAt)
  return signature === null ? surveys : surveys.filter((each) => each.signature === signature)
}

/** A rating that counts: the first one that was understood, by the reader or by a person. */
export async function rateSurvey(tx: Tx, id: Id, rating: Rating, late: boolean): Promise<void> {
  const moved = await markAnswered(tx, id, { disposition: rating, rating, late })
  // Answered before, by a reply that waits for a person or had none: the rating is filled in.
  if (!moved) await setDisposition(tx, id, { disposition: rating, rating })
}

/** A reply has come, and a person must say what it means. */
export async function leaveToPerson(tx: Tx, id: Id, late: boolean): Promise<void> {
  await markAnswered(tx, id, { disposition: 'in_triage', rating: null, late })
}

/** What came of a case in the end, once a person or a call has settled it. */
export async function noteResult(
  deps: Pick<Core, 'newId'>,
  tx: Tx,
  id: Id,
  disposition: string,
): Promise<void> {
  await setDisposition(tx, id, { disposition })
  await recordOutcomes(deps, tx, [id])
}

/** Ends a survey that waits for a reply; one that was answered keeps its answer, whatever comes later. */
export async function stopAsking(
  deps: Pick<Core, 'newId'>,
  tx: Tx,
  survey: Survey,
  disposition: string,
): Promise<void> {
  if (survey.state !== 'open' && survey.state !== 'expired') return
  await recordOutcomes(deps, tx, await markClosed(tx, [survey.id], disposition))
}
