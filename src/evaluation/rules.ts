import { dateAt } from '../foundation/clock.ts'
import { isDissatisfied, type Rating } from '../foundation/rating.ts'
import type { Verdict } from '../reply/verdict.ts'

/** How a reply relates to what was asked. */
export type Fit = 'open' | 'late' | 'repeated' | 'ambiguous' | 'none'
export type Route = 'rating' | 'triage' | 'opt_out' | 'other'

export type TriageReason =
  | 'urgent'
  | 'no_survey'
  | 'ambiguous'
  | 'conflict'
  | 'question'
  | 'unclear'
  | 'low_confidence'

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
  if (verdict.kind === 'opt_out') return { route: 'opt_out' }
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

export interface RatingEffect {
  /** This rating becomes the one that counts. */
  counts: boolean
  changedMind: boolean
  opensCallback: boolean
}

/**
 * What a rating does, given the one that counts so far. A later, better one never cancels a callback; a
 * later, worse one opens one; both are kept (law 7).
 */
export function effectOf(first: Rating | null, rating: Rating): RatingEffect {
  if (first === null) {
    return { counts: true, changedMind: false, opensCallback: isDissatisfied(rating) }
  }
  return {
    counts: false,
    changedMind: rating !== first,
    opensCallback: isDissatisfied(rating) && !isDissatisfied(first),
  }
}
