import type { Rating } from '../../foundation/rating.ts'
import type { ReplyReason } from '../verdict.ts'

/** What a pattern of the lexicon speaks of. */
export type Idea =
  | 'level'
  | 'praise'
  | 'complaint'
  | 'middling'
  | 'neutral'
  | 'mockery'
  | 'thanks'
  | 'wish'
  | 'expectation'
  | 'deferral'
  | 'contrast'
  | 'opt_out'
  | 'auto_reply'
  | 'urgent'
  | 'not_urgent'
  | 'handled'
  | 'now'
  | 'wrong_person'
  | 'question'
  | 'interrogative'
  | 'indefinite'
  | 'accusing'
  | 'rhetorical'
  | 'correction'
  | 'acknowledgement'

/** Patterns of one idea, in the notation of `pattern.ts`. */
export interface Group {
  idea: Idea
  /** Where the words come from, or why they mean what they are said to mean. */
  note: string
  /** Separated by white space. */
  patterns: string
  reason?: ReplyReason
  /** The reason counts only where nothing clearer is said: a long time may be anybody's fault. */
  faint?: boolean
  /** Further reasons that such words speak of. */
  alsoReason?: ReplyReason
  rating?: Rating
  /** 1 a remark, 2 a clear word, 3 nothing can outweigh it. Default 2. */
  weight?: number
  /** Whether a negation before the words turns them round. */
  scope?: boolean
  /** Read only in replies about this business. */
  business?: string
}
