import { dateAt } from '../foundation/clock.ts'
import { compareRatings, isDissatisfied, type Rating } from '../foundation/rating.ts'
import type { Verdict } from '../reply/verdict.ts'

/** How a reply relates to what was asked. */
export type Fit = 'open' | 'late' | 'repeated' | 'ambiguous' | 'none'
export type Route = 'rating' | 'triage' | 'opt_out' | 'other'

export const triageReasons = [
  'urgent',
  'no_survey',
  'ambiguous',
  'conflict',
  'question',
  'unclear',
  'low_confidence',
] as const
export type TriageReason = (typeof triageReasons)[number]

/**
 * When a citizen replied, at the latest: a backlog of ours, or a push that the provider had to repeat,
 * makes nobody late. The provider's times have no fractions of a second; one in the future is not believed.
 */
export function replyTime(sentAt: Date | null, receivedAt: Date): Date {
  return sentAt === null
    ? receivedAt
    : dateAt(Math.min(sentAt.getTime() + 999, receivedAt.getTime()))
}

/** A survey that the number's reply may belong to. */
export interface AskedSurvey {
  answered: boolean
  withinReplyWindow: boolean
  withinLateWindow: boolean
}

/**
 * Which survey a reply belongs to: the newest ask whose survey is open or in its late window. Where two
 * fit, or where another text went to the number lately and the reply is no clear answer, a person decides.
 */
export function fitOf(
  surveys: readonly AskedSurvey[],
  clearAnswer: boolean,
  otherTextLately: boolean,
): Fit {
  const fitting = surveys.filter(({ withinLateWindow }) => withinLateWindow)
  const survey = fitting[0]
  if (!survey) return 'none'
  if (fitting.length > 1) return 'ambiguous'
  if (otherTextLately && !clearAnswer) return 'ambiguous'
  if (survey.answered) return 'repeated'
  return survey.withinReplyWindow ? 'open' : 'late'
}

/** Whether a survey has what it waited for: what comes now is a further reply. */
export function isAnswered(state: string, disposition: string | null): boolean {
  return state === 'answered' || (state === 'closed' && disposition !== 'no_reply')
}

/** A rating that machines may act on. */
export function isClearAnswer(verdict: Verdict, confidenceFloor: number): boolean {
  return (
    verdict.rating !== null &&
    !verdict.conflict &&
    !verdict.urgent &&
    verdict.confidence >= confidenceFloor
  )
}

export type Routing =
  | { route: 'rating'; rating: Rating }
  | { route: 'triage'; reason: TriageReason }
  | { route: 'opt_out' }
  | { route: 'other' }

/** The four ways out of a reply. What is not surely understood goes to a person, never to satisfied (law 5). */
export function routeOf(verdict: Verdict, fit: Fit, confidenceFloor: number): Routing {
  if (verdict.kind === 'opt_out' && !verdict.urgent) return { route: 'opt_out' }
  if (verdict.urgent) return { route: 'triage', reason: 'urgent' }
  if (
    verdict.kind === 'empty' ||
    verdict.kind === 'auto_reply' ||
    verdict.kind === 'wrong_person'
  ) {
    return { route: 'other' }
  }
  if (fit === 'none') return { route: 'triage', reason: 'no_survey' }
  if (fit === 'ambiguous') return { route: 'triage', reason: 'ambiguous' }
  if (verdict.conflict) return { route: 'triage', reason: 'conflict' }
  if (verdict.rating === null) {
    return { route: 'triage', reason: verdict.kind === 'question' ? 'question' : 'unclear' }
  }
  if (verdict.confidence < confidenceFloor) return { route: 'triage', reason: 'low_confidence' }
  return { route: 'rating', rating: verdict.rating }
}

/** What a case stands at when a rating comes. */
export interface Standing {
  /** The rating that counts so far. */
  firstRating: Rating | null
  /** A call reached the citizen and is over: what it found stays. */
  settledByCall: boolean
  /** The rating is of the same long reply as the one that counts: a further part of it came. */
  samePiece: boolean
}

export interface RatingEffect {
  /** This rating becomes the one that counts. */
  counts: boolean
  changedMind: boolean
  /** Unless one is at work already. */
  opensCallback: boolean
}

/**
 * What a rating does (law 7). The first one counts; a later one is kept beside it and reported. Whoever is
 * dissatisfied is called, also when an earlier call is over; nobody's callback is cancelled by a better
 * reply. Of one long reply that came in parts the worse reading counts.
 */
export function effectOf(standing: Standing, rating: Rating): RatingEffect {
  const { firstRating, settledByCall, samePiece } = standing
  const opensCallback = isDissatisfied(rating)
  if (settledByCall) {
    const changedMind = firstRating !== null && rating !== firstRating
    return { counts: false, changedMind, opensCallback }
  }
  if (firstRating === null) return { counts: true, changedMind: false, opensCallback }
  if (samePiece) {
    return { counts: compareRatings(rating, firstRating) > 0, changedMind: false, opensCallback }
  }
  return { counts: false, changedMind: rating !== firstRating, opensCallback }
}
