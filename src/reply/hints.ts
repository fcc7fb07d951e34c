import { hints } from './lexicon/hints.ts'
import type { Reading } from './reading.ts'
import { buildTrie } from './trie.ts'
import type { ReplyReason } from './verdict.ts'

type Sign = 'strong' | 'harmless'

const signs = buildTrie<Sign>([
  ...hints.strong.map((word) => [word, 'strong'] as const),
  ...hints.harmless.map((word) => [word, 'harmless'] as const),
])
const topics = buildTrie<ReplyReason>(
  Object.entries(hints.topics).flatMap(([reason, words]) =>
    words.map((word) => [word, reason as ReplyReason] as const),
  ),
)

/** The first sign of trouble in a story that no lexicon knows, or null. Longer words are looked for first. */
export function troubleIn(reading: Reading): { start: number; end: number } | null {
  return troubleBetween(reading, 0, reading.symbols.length)
}

/** The same in a part of the reading. */
export function troubleBetween(
  { symbols }: Reading,
  from: number,
  to: number,
): { start: number; end: number } | null {
  for (let at = from; at < to;) {
    const found = longestAt(symbols, at, signs)
    if (found?.output === 'strong') return { start: at, end: found.end }
    at = found?.end ?? at + 1
  }
  return null
}

/** What a story is about: the reason most of its words belong to, if one stands out. */
export function topicOf({ symbols }: Reading): ReplyReason | null {
  const counts = new Map<ReplyReason, number>()
  for (let at = 0; at < symbols.length;) {
    const found = longestAt(symbols, at, topics)
    if (found !== null) counts.set(found.output, (counts.get(found.output) ?? 0) + 1)
    at = found?.end ?? at + 1
  }
  const ranked = [...counts].sort((a, b) => b[1] - a[1])
  const [first, second] = ranked
  if (first === undefined) return null
  return second === undefined || first[1] > second[1] ? first[0] : null
}

function longestAt<Output>(
  symbols: string,
  start: number,
  trie: ReturnType<typeof buildTrie<Output>>,
): { output: Output; end: number } | null {
  let node = trie.first(symbols.charCodeAt(start))
  let found: { output: Output; end: number } | null = null
  for (let end = start + 1; node !== 0; end += 1) {
    const output = trie.outputs[node]?.[0]
    if (output !== undefined) found = { output, end }
    if (end >= symbols.length) break
    node = trie.next(node, symbols.charCodeAt(end))
  }
  return found
}
