import type { Findings } from './decide.ts'
import { topicOf } from './hints.ts'
import type { ReplyReason } from './verdict.ts'

/** What the complaints are about, once each; what names no reason has none, unless its words have one topic. */
export function refineReasons({ opinion, business, reading }: Findings): ReplyReason[] {
  const reasons = new Set(opinion.reasons)
  if (reasons.has('response')) {
    // At a 110 call waiting means waiting for the police; at a counter nobody is called out.
    reasons.delete(business === '110' ? 'efficiency' : 'response')
    if (business !== '110') reasons.add('efficiency')
  }
  if (reasons.size > 0) return [...reasons]
  const topic = reading.symbols.length > 6 ? topicOf(reading) : null
  return topic === null ? [] : [topic]
}
