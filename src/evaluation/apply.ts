import type { Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import { isDissatisfied, type Rating } from '../foundation/rating.ts'
import { openCallback } from '../callback/open.ts'
import type { CallbackOrigin } from '../callback/rules.ts'
import { recordOutcomes } from '../scoring/outcome.ts'
import { contactBlock, type BlockKind } from '../sms/contact-block.ts'
import { textCitizen, type CaseTextDeps } from '../survey/case-text.ts'
import { markAnswered, markClosed, setDisposition, type Survey } from '../survey/store.ts'
import { effectOf, type RatingEffect } from './rules.ts'

/** Makes a rating count, or keeps it beside the one that does, with what follows. */
export async function applyRating(
  deps: CaseTextDeps,
  tx: Tx,
  survey: Survey,
  rating: Rating,
  facts: { late: boolean; origin: CallbackOrigin },
): Promise<RatingEffect> {
  const { survey: policy } = await deps.policy()
  const effect = effectOf(survey.firstRating, rating)
  if (effect.counts) {
    const moved = await markAnswered(tx, survey.id, {
      disposition: rating,
      rating,
      late: facts.late,
    })
    // Answered before, by a reply that waits for a person or had none: the rating is filled in.
    if (!moved) await setDisposition(tx, survey.id, { disposition: rating, rating })
  }
  if (effect.opensCallback) {
    const { id: caseId, unitCode } = survey
    await openCallback(deps, tx, { caseId, unitCode, origin: facts.origin })
    if (policy.announceCallback) await textCitizen(deps, tx, caseId, 'announce')
  } else if (effect.counts && policy.thankSatisfied && !isDissatisfied(rating)) {
    await textCitizen(deps, tx, survey.id, 'thanks')
  }
  await recordOutcomes(deps, tx, [survey.id])
  return effect
}

/** No more texts to this number, and an end to the survey that asked it. */
export async function applyBlock(
  deps: CaseTextDeps,
  tx: Tx,
  block: { phoneHash: Buffer; kind: BlockKind; origin: string },
  survey: Survey | null,
): Promise<void> {
  await contactBlock(tx, block)
  if (!survey) return
  const disposition = block.kind === 'opt_out' ? 'opted_out' : block.kind
  const ended = await markClosed(tx, openIds(survey), disposition)
  await recordOutcomes(deps, tx, ended)
}

// A survey that was answered keeps its answer, whatever comes later.
function openIds(survey: Survey): Id[] {
  return survey.state === 'open' || survey.state === 'expired' ? [survey.id] : []
}
