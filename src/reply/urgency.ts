import type { Entry } from './entries.ts'
import type { Idea } from './lexicon/words.ts'
import type { Hit } from './matcher.ts'
import type { Reading } from './reading.ts'
import { greatest, reachOf, type Span } from './spans.ts'

// From here on a text that says no word of danger is taken for one that describes it.
const likelyDanger = 0.35
// A reply without this many symbols describes nothing.
const fewestSymbols = 6

/**
 * The first words that speak of danger and are no figure of speech, unless the danger is told as one that
 * somebody dealt with and nothing says that it goes on; or all of a text that experience takes for a call for help.
 */
export function dangerIn(
  { symbols }: Reading,
  hits: readonly Hit<Entry>[],
  likelihood: () => number,
): Span | null {
  const dangers = ofIdea(hits, 'urgent')
  const isLikely = symbols.length >= fewestSymbols && likelihood() >= likelyDanger
  if (dangers.length === 0 && !isLikely) return null
  // What goes on is over only in part. A wish to die outlasts more than a brawl: its words weigh more.
  const goesOn = hits.some(({ entry: { group } }) => group.idea === 'now')
  const handled = goesOn ? 0 : greatest(ofIdea(hits, 'handled'), weightOf, 0)
  const reach = reachOf(ofIdea(hits, 'not_urgent'), symbols.length)
  const named = dangers.find(
    (hit) => (reach[hit.end - 1] ?? 0) <= hit.start && weightOf(hit) > handled,
  )
  if (named !== undefined) return named
  return isLikely && handled === 0 ? { start: 0, end: symbols.length } : null
}

function weightOf({ entry: { group } }: Hit<Entry>): number {
  return group.weight ?? 1
}

function ofIdea(hits: readonly Hit<Entry>[], idea: Idea): Hit<Entry>[] {
  return hits.filter(({ entry: { group } }) => group.idea === idea)
}
