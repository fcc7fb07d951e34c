import type { Findings } from './decide.ts'
import type { ReplyReason } from './verdict.ts'

/** What the complaints are about, once each; what names no reason has none. */
export function refineReasons({ opinion, business }: Findings): ReplyReason[] {
  const reasons = new Set(opinion.reasons)
  // At a 110 call waiting means waiting for the police.
  if (business === '110' && reasons.has('efficiency') && reasons.has('response'))
    reasons.delete('efficiency')
  return [...reasons]
}
