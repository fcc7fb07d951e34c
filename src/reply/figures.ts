import type { OptionScale } from '../foundation/rating.ts'
import type { Entry } from './entries.ts'
import type { Hit } from './matcher.ts'
import { quantitySymbols } from './pattern.ts'
import { isDigit, isHan, isLatin, mark, type Reading } from './reading.ts'
import { figureWords } from './lexicon/figures.ts'
import { buildTrie } from './trie.ts'

/** A figure that stands where an answer stands. */
export interface Figure {
  value: string
  start: number
  end: number
  /** Nothing but a figure, such as a digit; 一 and 二 begin many words. */
  sure: boolean
  /** Taken back by the sender: 不是3, 刚才发的3. */
  withdrawn: boolean
  /** Named as the one that counts: 1才对, 改成1. */
  confirmed: boolean
}

const values: Readonly<Record<string, string>> = figureWords.values
const prefixes = buildTrie(
  figureWords.prefixes.map((word) => [Array.from(word).toReversed().join(''), true] as const),
)
const suffixes = buildTrie(figureWords.suffixes.map((word) => [word, true] as const))
const spelled = buildTrie(figureWords.spelled.map(([word, value]) => [word, value] as const))

/** All figures that answer the survey. Counts, times, windows and the like were folded away before. */
export function readFigures(
  reading: Reading,
  hits: readonly Hit<Entry>[],
  scale: OptionScale,
): Figure[] {
  const { symbols } = reading
  const begins = new Set(hits.filter(mayFollowFigure).map((hit) => hit.start))
  const levelStarts = new Set(
    hits.filter(({ entry: { group } }) => group.idea === 'level').map((hit) => hit.start),
  )
  const levelEnds = new Set(
    hits
      .filter((hit) => hit.entry.group.idea === 'level' || hit.entry.group.idea === 'middling')
      .map((hit) => hit.end),
  )
  const found: Figure[] = []
  const isEnglish = isForeign(reading, hits)
  // In a foreign text i and v are words; digits answer where something else in it judges.
  if (isEnglish && !hits.some(({ entry: { group } }) => judging.has(group.idea))) return found
  for (let at = 0; at < symbols.length; at += 1) {
    const candidate = candidateAt(reading, at, scale)
    if (candidate === null || (isEnglish && !candidate.sure)) continue
    const { value, end, sure } = candidate
    if (isAnswer(reading, at, end, sure, begins, levelStarts, levelEnds))
      found.push({
        value,
        sure,
        start: at,
        end,
        withdrawn: isWithdrawn(reading, at, end),
        confirmed: isConfirmed(symbols, at, end),
      })
    at = end - 1
  }
  return withoutListNumbers(reading, found)
}

/** Code and foreign gibberish have figures that answer nothing: letters that no lexicon knows, and no Chinese. */
function isForeign({ symbols, marks }: Reading, hits: readonly Hit<Entry>[]): boolean {
  let at = 0
  let unknown = 0
  for (; at < symbols.length; at += 1) {
    const unit = symbols.charCodeAt(at)
    if (isHan(unit)) return false
    if (!isLatin(unit)) continue
    const start = at
    while (isLatin(symbols.charCodeAt(at + 1)) && marks[at + 1] === 0) at += 1
    const end = at + 1
    const isKnown =
      figureWords.prefixes.includes(symbols.slice(start, end)) ||
      figureWords.spelled.some(([word]) => word === symbols.slice(start, end)) ||
      hits.some((hit) => hit.start <= start && hit.end >= end)
    if (!isKnown) unknown += 1
  }
  return unknown > 0
}

const judging = new Set(['level', 'praise', 'complaint'])

interface Candidate {
  value: string
  end: number
  /** Nothing but a figure, such as a digit; 一 and 二 begin many words. */
  sure: boolean
}

function candidateAt(reading: Reading, at: number, scale: OptionScale): Candidate | null {
  const { symbols } = reading
  const unit = symbols.charCodeAt(at)
  if (isDigit(unit)) {
    // -1 is no option.
    const isNegative = reading.original[(reading.starts[at] as number) - 1] === '-' && at === 0
    return isNegative ? null : { value: symbols[at] as string, end: at + 1, sure: true }
  }
  if (unit === quantitySymbols.n.charCodeAt(0)) {
    const digits = reading.numbers.get(at) ?? ''
    if (scale[digits] !== undefined) return { value: digits, end: at + 1, sure: true }
    // 111 is a finger that stayed on the key; 11 may be anything.
    const isHeld = digits.length > 2 && digits === (digits[0] as string).repeat(digits.length)
    return isHeld && scale[digits[0] as string] !== undefined
      ? { value: digits[0] as string, end: at + 1, sure: true }
      : null
  }
  if (symbols[at] === '⭐') return starsAt(reading, at, scale)
  const value = values[symbols[at] as string]
  // 两 counts and never answers by itself.
  if (symbols[at] === '两' && !isScore(symbols, at + 1) && !symbols.startsWith('颗星', at + 1))
    return null
  // 电话给一个 counts, 选第一个 answers.
  if (symbols[at] === '一' && symbols[at + 1] === '个' && symbols[at - 1] !== '第') return null
  if (value !== undefined) return { value, end: at + 1, sure: isScore(symbols, at + 1) }
  return spelledAt(reading, at)
}

/** A row of stars is its number, where the best has most. */
function starsAt({ symbols }: Reading, start: number, scale: OptionScale): Candidate | null {
  if (symbols[start - 1] === '⭐') return null
  let end = start
  while (symbols[end] === '⭐') end += 1
  const value = String(end - start)
  return scale['5'] === 'very_satisfied' && scale[value] !== undefined
    ? { value, end, sure: true }
    : null
}

function spelledAt(reading: Reading, at: number): Candidate | null {
  const { symbols, marks } = reading
  const isWhole = at === 0
  if (!isWhole && !isPrefixed(reading, at) && symbols.length > 6) return null
  const isInWord = at > 0 && /[a-z]/.test(symbols[at - 1] as string) && marks[at] === 0
  if (isInWord) return null
  let node = spelled.first(symbols.charCodeAt(at))
  let found: Candidate | null = null
  for (let end = at + 1; node !== 0; end += 1) {
    const value = spelled.outputs[node]?.[0]
    const goesOn =
      end < symbols.length && /[a-z0-9]/.test(symbols[end] as string) && marks[end] === 0
    if (value !== undefined && !goesOn) found = { value, end, sure: false }
    if (end >= symbols.length) break
    node = spelled.next(node, symbols.charCodeAt(end))
  }
  return found
}

const following = new Set([
  'level',
  'middling',
  'praise',
  'complaint',
  'thanks',
  'contrast',
  'wish',
  'mockery',
  'opt_out',
  'correction',
])

function mayFollowFigure(hit: Hit<Entry>): boolean {
  return following.has(hit.entry.group.idea)
}

// From here on 到一 and 和三 are more likely parts of a story than answers.
const longReply = 9

function isAnswer(
  reading: Reading,
  start: number,
  end: number,
  sure: boolean,
  begins: ReadonlySet<number>,
  levelStarts: ReadonlySet<number>,
  levelEnds: ReadonlySet<number>,
): boolean {
  const { symbols, marks } = reading
  const pausesBefore = start === 0 || marks[start] !== 0 || endsEmoji(symbols, start)
  const pausesBehind =
    end === symbols.length || ((marks[end] as number) & ~mark.quote) !== 0 || marks[end] !== 0
  if (followsPlace(symbols, start)) return false
  // 就1个人, 只开2个: what 个 follows is counted, but for 选第二个.
  if (symbols[end] === '个' && !'第选择按填回'.includes(symbols[start - 1] ?? ' ') && start > 0)
    return false
  const prefixed =
    isPrefixed(reading, start) &&
    (sure ||
      symbols.length < longReply ||
      figureWords.asking.includes(symbols[start - 1] as string))
  const suffixEnd = isScore(symbols, end) ? end + 1 : suffixOf(reading, end)
  const closed = pausesBehind || suffixEnd !== null
  if (prefixed && (closed || begins.has(end) || (sure && mayGoOn(symbols, end)))) return true
  if (pausesBefore) {
    if (closed) return sure || start === 0 || closesReply(reading, start, suffixEnd ?? end)
    // 一等三小时 is no answer, 三不满意 is one.
    if (begins.has(end)) return sure || (start === 0 && levelStarts.has(end))
    return sure && start === 0 && mayGoOn(symbols, end)
  }
  // 很满意1, 态度好3: right behind a level word and at the end.
  return (sure || levelEnds.has(start)) && levelEnds.has(start) && closed
}

/** 🌹1: what follows an emoji stands by itself. */
function endsEmoji(symbols: string, at: number): boolean {
  const unit = symbols.charCodeAt(at - 1)
  return unit >= 0xdc00 && unit <= 0xdfff
}

/** 2分, 4星 are scores whatever follows. */
function isScore(symbols: string, end: number): boolean {
  return symbols[end] === '分' || symbols[end] === '星'
}

const longestPlace = 8

/** 窗口 3, 科目 3: a name, even where a space parts it. */
function followsPlace(symbols: string, start: number): boolean {
  const head = symbols.slice(Math.max(0, start - longestPlace), start)
  return figureWords.places.some((place) => head.endsWith(place))
}

function mayGoOn(symbols: string, end: number): boolean {
  const next = symbols[end] ?? ''
  return isHan(next.charCodeAt(0)) && !figureWords.counters.includes(next)
}

function isPrefixed(reading: Reading, start: number): boolean {
  const { symbols, marks } = reading
  if (start === 0 || ((marks[start] as number) & (mark.comma | mark.end)) !== 0) return false
  let node = prefixes.first(symbols.charCodeAt(start - 1))
  for (let at = start - 1; node !== 0; at -= 1) {
    if (prefixes.outputs[node] !== undefined) return true
    if (at <= 0) break
    node = prefixes.next(node, symbols.charCodeAt(at - 1))
  }
  return false
}

function suffixOf(reading: Reading, end: number): number | null {
  const { symbols, marks } = reading
  if (end >= symbols.length || marks[end] !== 0) return null
  let node = suffixes.first(symbols.charCodeAt(end))
  let found: number | null = null
  for (let at = end + 1; node !== 0; at += 1) {
    const pauses = at === symbols.length || marks[at] !== 0
    if (suffixes.outputs[node] !== undefined && pauses) found = at
    if (at >= symbols.length) break
    node = suffixes.next(node, symbols.charCodeAt(at))
  }
  return found
}

/** 总的来说，一: in the middle of a story a lonely 一 is half of a word. */
function closesReply({ symbols, marks }: Reading, start: number, end: number): boolean {
  return (
    end === symbols.length || (symbols.length < longReply && marks[start] !== 0 && marks[end] !== 0)
  )
}

function isWithdrawn(reading: Reading, start: number, end: number): boolean {
  const { symbols } = reading
  // 不是不是，1: what a comma parts from the figure does not deny it.
  const touches = ((reading.marks[start] as number) & mark.pause) === 0
  const head = touches ? symbols.slice(Math.max(0, start - 6), start) : ''
  const tail = symbols.slice(end, end + 6)
  return (
    figureWords.withdrawnBefore.some((word) => head.endsWith(word)) ||
    figureWords.withdrawnBehind.some((word) => tail.startsWith(word))
  )
}

function isConfirmed(symbols: string, start: number, end: number): boolean {
  const head = symbols.slice(Math.max(0, start - 6), start)
  const tail = symbols.slice(end, end + 4)
  return (
    figureWords.confirmedBefore.some((word) => head.endsWith(word)) ||
    figureWords.confirmedBehind.some((word) => tail.startsWith(word))
  )
}

/** 1.态度好 2.速度快 numbers a list: figures that rise from one, each with words behind it. */
function withoutListNumbers(reading: Reading, figures: readonly Figure[]): Figure[] {
  if (figures.length < 2) return [...figures]
  const isList = figures.every((figure, index) => {
    const next = figures[index + 1]?.start ?? reading.symbols.length
    return figure.value === String(index + 1) && next - figure.end >= 2
  })
  return isList ? [] : [...figures]
}
