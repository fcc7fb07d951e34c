import { between, mark, isLatin, type Reading } from './reading.ts'
import { parsePattern, type WordClasses } from './pattern.ts'
import { buildTrie, type Trie } from './trie.ts'

/** What a matcher needs to know of an entry; the rest is its owner's. */
export interface MatcherEntry {
  pattern: string
  /** Whether a comma may tear a word apart: reading a complaint once too often is the safe side. */
  overMarks?: boolean
}

/** A place where a pattern was found, in symbols of the reading. */
export interface Hit<Entry> {
  entry: Entry
  start: number
  end: number
  /** Where the last part begins: the same as `start` in a pattern without gaps. */
  tail: number
}

/** Finds all patterns in one pass over the symbols, in time linear in their number. */
export interface Matcher<Entry> {
  find(reading: Reading): Hit<Entry>[]
}

interface Step<Entry> {
  entry: Entry
  /** The step's own number; the one before it must have been taken already. */
  number: number
  first: boolean
  final: boolean
  gap: number
  barrier: number
  fromStart: boolean
  toEnd: boolean
}

/** Builds one trie of the words of all patterns; words shared by several patterns are stored once. */
export function compileMatcher<Entry extends MatcherEntry>(
  entries: readonly Entry[],
  classes: WordClasses,
): Matcher<Entry> {
  const segments = new Map<string, { words: readonly string[]; steps: Step<Entry>[] }>()
  let number = 0
  for (const entry of entries) {
    const { parts, fromStart, toEnd } = parsePattern(entry.pattern, classes)
    for (const [index, part] of parts.entries()) {
      const key = part.words.join('|')
      let segment = segments.get(key)
      if (segment === undefined) {
        segment = { words: part.words, steps: [] }
        segments.set(key, segment)
      }
      segment.steps.push({
        entry,
        number,
        first: index === 0,
        final: index === parts.length - 1,
        gap: part.gap,
        barrier: part.overComma ? mark.end : mark.pause,
        fromStart,
        toEnd,
      })
      number += 1
    }
  }
  const trie = buildTrie(
    [...segments.values()].flatMap(({ words, steps }) =>
      words.map((word) => [word, steps] as const),
    ),
  )
  return { find: (reading) => find(reading, trie) }
}

interface Found<Entry> {
  steps: readonly Step<Entry>[]
  start: number
  end: number
}

/** Where a step was taken, and where it was taken before that: the newest may overlap what follows. */
interface Taken {
  start: number
  end: number
  earlier: Taken | null
}

function find<Entry extends MatcherEntry>(
  reading: Reading,
  trie: Trie<Step<Entry>[]>,
): Hit<Entry>[] {
  const hits: Hit<Entry>[] = []
  const taken = new Map<number, Taken>()
  for (const { steps, start, end } of wordsOf(reading, trie)) {
    const torn = end - start > 1 && between(reading, start, end, mark.pause)
    for (const step of steps) {
      if (torn && step.entry.overMarks !== true) continue
      let from = start
      if (step.first) {
        if (step.fromStart && start > 0) continue
      } else {
        const before = newestBefore(taken.get(step.number - 1), start)
        if (before === null || start - before.end > step.gap) continue
        const isTight = step.gap === 0 && step.entry.overMarks === true
        if (!isTight && between(reading, before.end - 1, start + 1, step.barrier)) continue
        from = before.start
      }
      if (!step.final)
        taken.set(step.number, { start: from, end, earlier: shortened(taken.get(step.number)) })
      else if (!step.toEnd || end === reading.symbols.length)
        hits.push({ entry: step.entry, start: from, end, tail: step.gap === 0 ? from : start })
    }
  }
  return hits
}

/** Three places are enough: no word of a lexicon has more beginnings inside itself. */
function shortened(taken: Taken | undefined): Taken | null {
  if (taken === undefined) return null
  const second = taken.earlier
  return { ...taken, earlier: second === null ? null : { ...second, earlier: null } }
}

function newestBefore(taken: Taken | undefined, start: number): Taken | null {
  let each = taken ?? null
  while (each !== null && each.end > start) each = each.earlier
  return each
}

/** All words of the trie in the order in which they end: a step then sees every word before its own. */
function wordsOf<Entry>(reading: Reading, trie: Trie<Step<Entry>[]>): Found<Entry>[] {
  const { symbols } = reading
  const found: Found<Entry>[] = []
  let sorted = true
  let lastEnd = 0
  for (let start = 0; start < symbols.length; start += 1) {
    let node = trie.first(symbols.charCodeAt(start))
    for (let end = start + 1; node !== 0; end += 1) {
      const outputs = trie.outputs[node]
      if (outputs !== undefined && isWholeWord(reading, start, end)) {
        for (const steps of outputs) found.push({ steps, start, end })
        if (end < lastEnd) sorted = false
        lastEnd = end
      }
      if (end >= symbols.length) break
      node = trie.next(node, symbols.charCodeAt(end))
    }
  }
  return sorted ? found : found.sort((a, b) => a.end - b.end || b.start - a.start)
}

/** A word in Latin letters counts only where no further letter touches it: `ok` is not in `book`. */
function isWholeWord(reading: Reading, start: number, end: number): boolean {
  const { symbols, marks } = reading
  if (
    isLatin(symbols.charCodeAt(start)) &&
    isLatin(symbols.charCodeAt(start - 1)) &&
    marks[start] === 0
  )
    return false
  return !(
    isLatin(symbols.charCodeAt(end - 1)) &&
    isLatin(symbols.charCodeAt(end)) &&
    marks[end] === 0
  )
}
