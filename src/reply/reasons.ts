import type { Findings } from './decide.ts'
import { topicsOf } from './story.ts'
import type { ReplyReason } from './verdict.ts'

// One single character that has to do with a topic is no reason yet.
const fewestVotes = 2

/** What the complaints are about, once each; where the words of blame name no reason, what the story is about. */
export function refineReasons({ opinion, business, reading }: Findings): ReplyReason[] {
  if (opinion.tone === 'good') return []
  const blamed = opinion.judgements.filter((each) => each.tone === 'bad')
  const clear = blamed.filter((each) => !each.faint).flatMap((each) => each.reasons)
  if (clear.length > 0) {
    const named = new Set(clear.map((reason) => atThisBusiness(reason, business)))
    if (named.has('response')) named.delete('efficiency')
    return [...named]
  }
  const votes = topicsOf(reading)
  for (const reason of blamed.flatMap((each) => each.reasons))
    votes.set(reason, (votes.get(reason) ?? 0) + fewestVotes)
  const [best] = [...votes].sort((a, b) => b[1] - a[1])
  return best === undefined || best[1] < fewestVotes ? [] : [atThisBusiness(best[0], business)]
}

/** At a 110 call waiting means waiting for the police; at a counter nobody is called out. */
function atThisBusiness(reason: ReplyReason, business: string | undefined): ReplyReason {
  if (business === '110') return reason
  return reason === 'response' ? 'efficiency' : reason
}
