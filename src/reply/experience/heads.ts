import type { Rating } from '../../foundation/rating.ts'
import { isDissatisfied } from '../../foundation/rating.ts'
import { replyReasons, type ReplyKind } from '../verdict.ts'

/** What a reply may lean to, taken as a whole; each text leans to exactly one. */
export const leanings = ['bad', 'good', 'plain', 'question', 'stranger', 'auto', 'optOut'] as const
export type Leaning = (typeof leanings)[number]

/** What complaints may be about; `other` is what is left. */
export const learnedReasons = replyReasons.filter((reason) => reason !== 'other')

/** All that is weighed, in the order of the columns of the weights. */
export const heads = [...leanings, 'urgent', ...learnedReasons] as const

/** The leaning that a label stands for, or null where a reply teaches none. */
export function leaningOf(
  kind: ReplyKind,
  rating: Rating | null,
  conflict: boolean,
): Leaning | null {
  if (conflict || rating === 'basically_satisfied' || kind === 'empty') return null
  if (rating !== null) return isDissatisfied(rating) ? 'bad' : 'good'
  if (kind === 'question') return 'question'
  if (kind === 'wrong_person') return 'stranger'
  if (kind === 'auto_reply') return 'auto'
  return kind === 'opt_out' ? 'optOut' : 'plain'
}
