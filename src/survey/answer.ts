import type { Core } from '../foundation/core.ts'
import type { Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import type { Rating } from '../foundation/rating.ts'
import { recordOutcomes } from '../scoring/outcome.ts'
import type { SmsDeps } from '../sms/dispatch.ts'
import { proveSent } from '../sms/prove.ts'
import { renderTemplate } from '../template/template.ts'
import { mayMove, type Survey, type SurveyState } from './rules.ts'
import {
  lockSurveys,
  lockSurveysOfNumbers,
  updateSurveys,
  type AskedSurvey,
} from './answer-store.ts'
import { setDisposition } from './store.ts'

export { surveysOfNumbers } from './answer-store.ts'
export { readSurvey } from './store.ts'

/**
 * A survey that is locked: what replies make of it is gathered here, reply by reply, and written once at
 * the end by `saveSurveys`.
 */
export interface SurveyInHand extends Survey {
  state: SurveyState
  late: boolean
  /** The state in which it was locked: the guard of its update. */
  readonly lockedState: SurveyState
  changed: boolean
}

/** One to which a reply may belong, with what the reader must know of it. */
export interface AnswerableSurvey extends SurveyInHand {
  phoneHash: Buffer
  /** The text by which the citizen was asked, as it was really sent: replies often quote it. */
  sentText: string | null
}

/**
 * The surveys to which replies of these numbers may belong, newest first, locked; by the number's hash in
 * hex. A reply proves that a text was sent, so those among `asked` whose outcome is unknown are settled first.
 */
export async function lockAnswerable(
  deps: SmsDeps,
  tx: Tx,
  phoneHashes: readonly Buffer[],
  asked: readonly { id: Id; state: string }[],
): Promise<Map<string, AnswerableSurvey[]>> {
  for (const { id, state } of asked) {
    if (state === 'submitting' || state === 'unknown') await proveSent(deps, tx, id, 'ask')
  }
  const surveys: AnswerableSurvey[] = []
  for (const row of await lockSurveysOfNumbers(tx, phoneHashes)) {
    surveys.push({ ...inHand(row), sentText: await sentText(deps, row) })
  }
  return Map.groupBy(surveys.reverse(), ({ phoneHash }) => phoneHash.toString('hex'))
}

async function sentText(deps: SmsDeps, { templateVersionId, params }: AskedSurvey) {
  const template = params && (await deps.templates.byId(templateVersionId))
  return template ? renderTemplate(template, params) : null
}

/** One survey, locked; null when there is none. */
export async function lockSurvey(tx: Tx, id: Id): Promise<SurveyInHand | null> {
  const [row] = await lockSurveys(tx, [id])
  return row ? inHand(row) : null
}

function inHand<Row extends Survey & { late: boolean }>(row: Row): Row & SurveyInHand {
  const state = row.state as SurveyState
  return { ...row, state, lockedState: state, changed: false }
}

/** A rating that counts. One that was answered or ended before is filled in where it is. */
export function rateSurvey(survey: SurveyInHand, rating: Rating, late: boolean): void {
  if (mayMove(survey.state, 'answered')) Object.assign(survey, { state: 'answered', late })
  Object.assign(survey, { disposition: rating, firstRating: rating, changed: true })
}

/** A reply has come, and a person must say what it means: until then nothing counts. */
export function leaveToPerson(survey: SurveyInHand, late: boolean): void {
  if (mayMove(survey.state, 'answered')) Object.assign(survey, { state: 'answered', late })
  Object.assign(survey, { disposition: 'in_triage', firstRating: null, changed: true })
}

/** A reply has come after a call settled the case: what the call found stays. */
export function noteAnswer(survey: SurveyInHand, late: boolean): void {
  if (!mayMove(survey.state, 'answered')) return
  Object.assign(survey, { state: 'answered', late, changed: true })
}

/** Ends a survey that waits for a reply; one that was answered keeps its answer, whatever comes later. */
export function stopAsking(survey: SurveyInHand, disposition: string): void {
  if (survey.state !== 'open' && survey.state !== 'expired') return
  Object.assign(survey, { state: 'closed', disposition, changed: true })
}

/** What came of a case that has no rating. */
export function noteDisposition(survey: SurveyInHand, disposition: string): void {
  Object.assign(survey, { disposition, changed: true })
}

/** Writes what was made of surveys in hand. */
export async function saveSurveys(tx: Tx, surveys: readonly SurveyInHand[]): Promise<void> {
  await updateSurveys(
    tx,
    surveys.filter(({ changed }) => changed),
  )
}

/** What came of a case in the end, once a call has settled it. */
export async function noteResult(
  deps: Pick<Core, 'clock' | 'newId'>,
  tx: Tx,
  id: Id,
  disposition: string,
): Promise<void> {
  await setDisposition(tx, id, disposition)
  await recordOutcomes(deps, tx, [id])
}
