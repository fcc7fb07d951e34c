import type { Tx } from '../foundation/database.ts'
import { isDissatisfied, type Rating } from '../foundation/rating.ts'
import { openCallback } from '../callback/open.ts'
import type { CallbackOrigin } from '../callback/rules.ts'
import { recordOutcomes } from '../scoring/outcome.ts'
import { contactBlock, type BlockKind } from '../sms/contact-block.ts'
import { textCitizen, type CaseTextDeps } from '../survey/case-text.ts'
import { rateSurvey, stopAsking } from '../survey/answer.ts'
import type { Survey } from '../survey/rules.ts'
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
  if (effect.counts) await rateSurvey(tx, survey.id, rating, facts.late)
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
  const disposition = block.kind === 'opt_out' ? 'opted_out' : block.kind
  if (survey) await stopAsking(deps, tx, survey, disposition)
}
