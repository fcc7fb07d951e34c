import type { Rating } from '../foundation/rating.ts'

/** What a reply is, taken as a whole. */
export const replyKinds = [
  'rating',
  'comment_only',
  'opt_out',
  'wrong_person',
  'question',
  'unclear',
  'auto_reply',
  'empty',
] as const
export type ReplyKind = (typeof replyKinds)[number]

/** What a dissatisfied citizen is dissatisfied with. */
export const replyReasons = [
  'attitude',
  'efficiency',
  'procedure',
  'fairness',
  'response',
  'integrity',
  'result',
  'environment',
  'other',
] as const
export type ReplyReason = (typeof replyReasons)[number]

/** Why the reader decided as it did: the rule, what it concluded, and where in the citizen's own text. */
export interface Evidence {
  rule: string
  /** What the rule concluded from the span, such as `dissatisfied` or `urgent`. */
  says: string
  /** Offsets in UTF-16 units into the text as received: `[start, end)`. */
  start: number
  end: number
}

export interface Verdict {
  kind: ReplyKind
  /** Null when the reply carries no rating, or none that can be trusted. Unknown is never counted as satisfied. */
  rating: Rating | null
  reasons: ReplyReason[]
  /** Somebody may be in danger: the duty desk sees it at once, whatever else the reply says. */
  urgent: boolean
  /** Figure and words point different ways: a person decides. */
  conflict: boolean
  /** 0 to 1; below the policy's threshold a person decides. */
  confidence: number
  evidence: Evidence[]
}
