import type { Findings } from './decide.ts'
import { learnedReasons } from './experience/heads.ts'
import { topicsOf } from './story.ts'
import type { ReplyReason } from './verdict.ts'

// How much a word of blame says about its reason, next to a word of a topic, which says as much as it is long.
const clearVotes = 4
const faintVotes = 2
// One single character that has to do with a topic is no reason yet.
const fewestVotes = 2
// What is shorter tells of nothing: 打错，是3.
const shortestStory = 5
// A further reason stands out half as much as the first one; what no word of blame names must be more than a syllable.
const furtherShare = 0.5
const fewestUnnamedVotes = 3

/** What the complaints are about, the main reason first. */
export function refineReasons(findings: Findings): ReplyReason[] {
  return weigh(namedReasons(findings), findings)
}

// How likely a reason must be that no word names, one that a word names, and the only one.
const likelyAlone = 0.24
const likelyNamed = 0.05
const likelyOnly = 0.16
// What is shorter names its reason or has none.
const fewestTold = 7

/** The reasons that words name and experience does not doubt, and those that experience sees; the likeliest first. */
function weigh(
  named: ReplyReason[],
  { likely, business, opinion, reading }: Findings,
): ReplyReason[] {
  if (opinion.tone === 'good' || reading.symbols.length < fewestTold) return named
  const { reason: likelihoodOf } = likely()
  const likelihoods = new Map<ReplyReason, number>()
  for (const reason of learnedReasons) {
    const here = atThisBusiness(reason, business)
    likelihoods.set(here, Math.max(likelihoods.get(here) ?? 0, likelihoodOf(reason)))
  }
  const all = [...likelihoods].sort((a, b) => b[1] - a[1])
  const found = all
    .filter(([reason, each]) => each > (named.includes(reason) ? likelyNamed : likelyAlone))
    .map(([reason]) => reason)
  if (found.length > 0) return found
  const [first] = all
  return first !== undefined && first[1] > likelyOnly ? [first[0]] : named
}

/** What the complaints are about, the main reason first: what the words of blame name, weighed with what the story is about. */
function namedReasons({ opinion, business, reading }: Findings): ReplyReason[] {
  if (opinion.tone === 'good') return []
  const votes = new Map<ReplyReason, number>()
  const named = new Set<ReplyReason>()
  const vote = (reason: ReplyReason, weight: number): void => {
    const here = atThisBusiness(reason, business)
    votes.set(here, (votes.get(here) ?? 0) + weight)
  }
  for (const { tone, reasons, faint } of opinion.judgements) {
    if (tone !== 'bad') continue
    for (const reason of reasons) {
      vote(reason, faint ? faintVotes : clearVotes)
      if (!faint) named.add(atThisBusiness(reason, business))
    }
  }
  if (reading.symbols.length >= shortestStory)
    for (const [reason, weight] of topicsOf(reading)) vote(reason, weight)
  // At a 110 call waiting means waiting for the police.
  if (named.has('response')) votes.delete('efficiency')
  const [main, ...others] = [...votes].sort((a, b) => b[1] - a[1])
  if (main === undefined || main[1] < fewestVotes) return []
  const further = others.filter(
    ([reason, weight]) =>
      weight >= main[1] * furtherShare && (named.has(reason) || weight >= fewestUnnamedVotes),
  )
  return [main, ...further].map(([reason]) => reason)
}

/** Only to a 110 call somebody is called out; at a counter, coming late is being slow. */
function atThisBusiness(reason: ReplyReason, business: string | undefined): ReplyReason {
  return reason === 'response' && business !== '110' ? 'efficiency' : reason
}
