import { between, mark, isLatin, type Reading } from './reading.ts'
import { parsePattern, withQuantities, type Pattern, type WordClasses } from './pattern.ts'
import { growTrie, type GrowingTrie, type Trie } from './trie.ts'

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

/** One part of a pattern at its place in the pattern. */
interface Step<Entry> {
  entry: Entry
  /** Where the part before is remembered; -1 for a first part. */
  before: number
  /** Where this part is remembered for the one behind it; -1 for a last part. */
  slot: number
  gap: number
  barrier: number
  fromStart: boolean
  toEnd: boolean
  overMarks: boolean
}

/** All places that the same words have in patterns. */
interface Segment<Entry> {
  /** Where the words are remembered as somebody's first part; -1 where they are nobody's. */
  slot: number
  /** Patterns that consist of these words alone. */
  whole: Step<Entry>[]
  /** Patterns of which they are a later part. */
  later: Step<Entry>[]
}

/** Builds one trie of the words of all patterns; words shared by several patterns are stored once. */
export function compileMatcher<Entry extends MatcherEntry>(
  entries: readonly Entry[],
  classes: WordClasses,
): Matcher<Entry> {
  const trie = growTrie<Segment<Entry>>()
  const segments = new Map<string, Segment<Entry>>()
  const known = withQuantities(classes)
  let slots = 0
  for (const entry of entries) {
    const pattern = parsePattern(entry.pattern, known)
    const { fromStart, toEnd } = pattern
    const pieces = piecesOf(pattern, trie)
    let before = -1
    for (const [index, piece] of pieces.entries()) {
      const segment = segmentOf(segments, piece.words, trie)
      const isLast = index === pieces.length - 1
      if (index === 0 && !isLast) {
        if (segment.slot < 0) segment.slot = slots++
        before = segment.slot
        continue
      }
      const step: Step<Entry> = {
        entry,
        before,
        slot: isLast ? -1 : slots++,
        gap: piece.gap,
        barrier: piece.overComma ? mark.end : mark.pause,
        fromStart,
        toEnd,
        overMarks: entry.overMarks === true,
      }
      if (index === 0) segment.whole.push(step)
      else segment.later.push(step)
      before = step.slot
    }
  }
  const trail = new Trail(slots)
  return { find: (reading) => find(reading, trie.trie, trail) }
}

/** Words, as nodes of the trie, that begin within a gap behind the piece before. */
interface Piece {
  words: readonly number[]
  gap: number
  overComma: boolean
}

// Beyond this many words a part is cut into pieces that must follow each other without a gap.
const mostWords = 250

/** Multiplies the parts out along the trie; a tail that may be empty adds nothing and is left out. */
function piecesOf<Output>({ parts }: Pattern, trie: GrowingTrie<Output>): Piece[] {
  const pieces: Piece[] = []
  for (const { row, gap, overComma } of parts) {
    let words: number[] = [0]
    let isFirst = true
    const cut = (): void => {
      pieces.push(isFirst ? { words, gap, overComma } : { words, gap: 0, overComma: false })
      words = [0]
      isFirst = false
    }
    for (const alternatives of row) {
      if (words.length * alternatives.length > mostWords && !words.includes(0)) cut()
      words = multiplied(words, alternatives, trie)
      if (words.length > 20_000) throw new Error('a part of a pattern stands for too many words')
    }
    if (!words.includes(0)) cut()
  }
  return pieces
}

/** Every head with every tail, each once. */
function multiplied<Output>(
  heads: readonly number[],
  tails: readonly string[],
  trie: GrowingTrie<Output>,
): number[] {
  const [only] = tails
  // Most are a single sign, with which different heads stay different.
  if (only !== undefined && tails.length === 1) return heads.map((head) => trie.follow(head, only))
  const words = new Set<number>()
  for (const head of heads) for (const tail of tails) words.add(trie.follow(head, tail))
  return [...words]
}

function segmentOf<Entry>(
  segments: Map<string, Segment<Entry>>,
  words: readonly number[],
  trie: GrowingTrie<Segment<Entry>>,
): Segment<Entry> {
  const key = words.join()
  let segment = segments.get(key)
  if (segment === undefined) {
    segment = { slot: -1, whole: [], later: [] }
    segments.set(key, segment)
    for (const node of words) trie.add(node, segment)
  }
  return segment
}

interface Found<Entry> {
  segment: Segment<Entry>
  start: number
  end: number
}

// How many places are remembered for each step: the newest ones may overlap the word that follows.
const remembered = 3

/**
 * Where each step was taken in the text at hand. Kept from text to text, for no text takes more than a few of the
 * thousands of steps; what an earlier text left behind is told by its turn.
 */
class Trail {
  #turn = 0
  readonly #seen: Uint32Array
  readonly #turns: Uint32Array
  readonly #counts: Uint8Array
  readonly #starts: Int32Array
  readonly #ends: Int32Array

  constructor(steps: number) {
    this.#seen = new Uint32Array(steps)
    this.#turns = new Uint32Array(steps)
    this.#counts = new Uint8Array(steps)
    this.#starts = new Int32Array(steps * remembered)
    this.#ends = new Int32Array(steps * remembered)
  }

  next(): void {
    this.#turn += 1
  }

  /** Notes, before any step is taken, that a step's words stand somewhere in the text. */
  see(step: number): void {
    this.#seen[step] = this.#turn
  }

  isSeen(step: number): boolean {
    return this.#seen[step] === this.#turn
  }

  isTaken(step: number): boolean {
    return this.#turns[step] === this.#turn
  }

  take(step: number, start: number, end: number): void {
    const isNew = this.#turns[step] !== this.#turn
    const count = isNew ? 0 : (this.#counts[step] as number)
    const place = step * remembered + (count % remembered)
    this.#turns[step] = this.#turn
    this.#starts[place] = start
    this.#ends[place] = end
    // Only the remainder and whether all places are in use matter, so the count may wrap.
    this.#counts[step] = count + 1 >= remembered * 2 ? remembered : count + 1
  }

  /** The place of the newest taking that ended before `start`, or -1. */
  before(step: number, start: number): number {
    const count = this.#counts[step] as number
    let best = -1
    for (let each = 0; each < Math.min(count, remembered); each += 1) {
      const place = step * remembered + each
      const end = this.#ends[place] as number
      if (end <= start && (best < 0 || end > (this.#ends[best] as number))) best = place
    }
    return best
  }

  startAt(place: number): number {
    return this.#starts[place] as number
  }

  endAt(place: number): number {
    return this.#ends[place] as number
  }
}

function find<Entry>(reading: Reading, trie: Trie<Segment<Entry>>, trail: Trail): Hit<Entry>[] {
  const hits: Hit<Entry>[] = []
  trail.next()
  for (const { segment, start, end } of wordsOf(reading, trie, trail)) {
    const torn = end - start > 1 && between(reading, start, end, mark.pause)
    for (const step of segment.whole)
      if ((!torn || step.overMarks) && fits(step, start, end, reading))
        hits.push({ entry: step.entry, start, end, tail: start })
    for (const step of segment.later) {
      if (!trail.isTaken(step.before) || (torn && !step.overMarks)) continue
      const place = trail.before(step.before, start)
      if (place < 0) continue
      const before = trail.endAt(place)
      if (start - before > step.gap) continue
      const isTight = step.gap === 0 && step.overMarks
      if (!isTight && between(reading, before - 1, start + 1, step.barrier)) continue
      const from = trail.startAt(place)
      if (step.slot >= 0) trail.take(step.slot, from, end)
      else if (fits(step, from, end, reading))
        hits.push({ entry: step.entry, start: from, end, tail: step.gap === 0 ? from : start })
    }
    // Remembered last: a word does not follow itself.
    if (segment.slot >= 0 && !torn) trail.take(segment.slot, start, end)
  }
  return hits
}

function fits<Entry>(step: Step<Entry>, start: number, end: number, reading: Reading): boolean {
  return (!step.fromStart || start === 0) && (!step.toEnd || end === reading.symbols.length)
}

/** All words of the trie in the order in which they end: a step then sees every word before its own. */
function wordsOf<Entry>(
  reading: Reading,
  trie: Trie<Segment<Entry>>,
  trail: Trail,
): Found<Entry>[] {
  const { symbols } = reading
  const found: Found<Entry>[] = []
  let sorted = true
  let lastEnd = 0
  for (let start = 0; start < symbols.length; start += 1) {
    let node = trie.first(symbols.charCodeAt(start))
    for (let end = start + 1; node !== 0; end += 1) {
      const outputs = trie.outputs[node]
      if (outputs !== undefined && isWholeWord(reading, start, end)) {
        for (const segment of outputs)
          if (mayMatter(segment, trail)) found.push({ segment, start, end })
        if (end < lastEnd) sorted = false
        lastEnd = end
      }
      if (end >= symbols.length) break
      node = trie.next(node, symbols.charCodeAt(end))
    }
  }
  return sorted ? found : found.sort((a, b) => a.end - b.end || b.start - a.start)
}

/**
 * Whether words may begin, make up or go on a pattern: most are later parts of patterns whose earlier parts are
 * not in the text. Earlier parts begin earlier, so that they were seen before.
 */
function mayMatter<Entry>({ slot, whole, later }: Segment<Entry>, trail: Trail): boolean {
  let matters = slot >= 0 || whole.length > 0
  if (slot >= 0) trail.see(slot)
  for (const step of later) {
    if (!trail.isSeen(step.before)) continue
    matters = true
    if (step.slot >= 0) trail.see(step.slot)
  }
  return matters
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
