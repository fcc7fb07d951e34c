import type { OptionScale } from '../foundation/rating.ts'
import type { Rating } from '../foundation/rating.ts'
import type { Verdict } from './verdict.ts'

/** What the reader knows about the survey that a reply answers. */
export interface ReplyContext {
  /** The figures of the text that was really sent. */
  scale: OptionScale
  /** The business that was surveyed, such as 户政. */
  business?: string
  /** The whole text that was really sent; quoted under an answer, it is no part of the answer. */
  sentText?: string
}

const levels: Record<string, Rating> = {
  非常满意: 'very_satisfied',
  满意: 'satisfied',
  基本满意: 'basically_satisfied',
  不满意: 'dissatisfied',
  非常不满意: 'very_dissatisfied',
}

/** Reads a citizen's reply. Pure: the same text and context always give the same verdict. */
export function understand(text: string, context: ReplyContext): Verdict {
  const plain = text.normalize('NFKC').trim()
  const rating = context.scale[plain] ?? levels[plain] ?? null
  const kind = plain === '' ? 'empty' : rating === null ? 'unclear' : 'rating'
  const evidence =
    rating === null ? [] : [{ rule: 'answer', says: rating, start: 0, end: text.length }]
  return { kind, rating, reasons: [], urgent: false, conflict: false, confidence: rating === null ? 0.2 : 0.95, evidence }
}
