import { hints } from './lexicon/hints.ts'
import { isHan, type Reading } from './reading.ts'
import { buildTrie } from './trie.ts'
import type { ReplyReason } from './verdict.ts'

type Sign = 'trouble' | 'denial' | 'content' | 'plain' | 'harmless'

/** What a reply tells of in which no lexicon finds a judgement. */
export interface Story {
  mood: 'bad' | 'good'
  /** What told the mood: its first sign, or the whole story. */
  start: number
  end: number
  /** How many signs of trouble it has. */
  troubles: number
  /** How many signs of a good end. */
  contents: number
}

const signs = buildTrie<Sign>(
  (['trouble', 'denial', 'content', 'plain', 'harmless'] as const).flatMap((sign) =>
    hints[sign].map((word) => [word, sign] as const),
  ),
)
const topics = buildTrie<ReplyReason>(
  Object.entries(hints.topics).flatMap(([reason, words]) =>
    words.map((word) => [word, reason as ReplyReason] as const),
  ),
)

// Shorter texts are no stories.
const fewestSymbols = 6
// From here on a text without any sign is a story, too, and whoever is content would say so.
const fewestCharacters = 8

/** The mood of a story, or null for what is none: who somebody is, what somebody is about to do. */
export function storyOf(reading: Reading): Story | null {
  const { symbols } = reading
  if (symbols.length < fewestSymbols) return null
  const counts: Record<Sign, number> = {
    trouble: 0,
    denial: 0,
    content: 0,
    plain: 0,
    harmless: 0,
  }
  const first: Partial<Record<Sign, { start: number; end: number }>> = {}
  for (const { output, start, end } of longestWords(symbols, signs, 0, symbols.length)) {
    counts[output] += 1
    first[output] ??= { start, end }
  }
  const amounts = { troubles: counts.trouble + counts.denial, contents: counts.content }
  if (first.content !== undefined && counts.content > amounts.troubles) {
    // One short word is too little to call somebody content.
    const isClear = counts.content > 1 || first.content.end - first.content.start > 2
    return isClear ? { mood: 'good', ...first.content, ...amounts } : null
  }
  const sign = first.trouble ?? first.denial
  const isTrouble = sign !== undefined && amounts.troubles > counts.plain
  if (first.trouble !== undefined && isTrouble) return { mood: 'bad', ...first.trouble, ...amounts }
  // 本人未办理 and 我家三口都在那办的 tell nothing: without a clear sign the story must be about the service.
  if (topicsOf(reading).size === 0) return null
  if (sign !== undefined && isTrouble) return { mood: 'bad', ...sign, ...amounts }
  if (counts.plain > 0 || counts.content > 0 || characters(symbols) < fewestCharacters) return null
  return { mood: 'bad', start: 0, end: symbols.length, ...amounts }
}

/** Whether a part of a reading has more signs of trouble in it than of a good end. */
export function hasTrouble({ symbols }: Reading, from: number, to: number): boolean {
  let balance = 0
  for (const { output } of longestWords(symbols, signs, from, to))
    if (output === 'trouble' || output === 'denial') balance += 1
    else if (output === 'content') balance -= 1
  return balance > 0
}

/** How much a text says about each topic; longer words are less ambiguous and say more. */
export function topicsOf({ symbols }: Reading): Map<ReplyReason, number> {
  const counts = new Map<ReplyReason, number>()
  for (const { output, start, end } of longestWords(symbols, topics, 0, symbols.length))
    counts.set(output, (counts.get(output) ?? 0) + weightOf(symbols, start, end))
  return counts
}

/** As long as the word; a folded quantity stands for several characters. */
function weightOf(symbols: string, start: number, end: number): number {
  return end - start === 1 && !isHan(symbols.charCodeAt(start)) ? 2 : end - start
}

function characters(symbols: string): number {
  let count = 0
  for (let at = 0; at < symbols.length && count < fewestCharacters; at += 1)
    if (isHan(symbols.charCodeAt(at))) count += 1
  return count
}

/** The words of a trie from left to right, the longest first at each place. */
function* longestWords<Output>(
  symbols: string,
  trie: ReturnType<typeof buildTrie<Output>>,
  from: number,
  to: number,
): Generator<{ output: Output; start: number; end: number }> {
  for (let start = from; start < to;) {
    let node = trie.first(symbols.charCodeAt(start))
    let found: { output: Output; end: number } | null = null
    for (let end = start + 1; node !== 0; end += 1) {
      const output = trie.outputs[node]?.[0]
      if (output !== undefined) found = { output, end }
      if (end >= symbols.length) break
      node = trie.next(node, symbols.charCodeAt(end))
    }
    if (found !== null) yield { output: found.output, start, end: found.end }
    start = found?.end ?? start + 1
  }
}
