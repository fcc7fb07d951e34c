import { scopeWords } from './lexicon/scope.ts'
import { mark, type Reading } from './reading.ts'
import { buildTrie, type Trie } from './trie.ts'

/** What stands around a judgement. */
export interface Scope {
  /** How many negations; an even number cancels out. */
  negations: number
  /** 2 very, 1 rather, 0 unsaid: the degree before the negation (非常不满意) and the one behind it. */
  outerDegree: number
  innerDegree: number
  /** From the first to the last of the words that count. */
  start: number
  end: number
  /** A negation stands before a comma: 不，满意 can be read either way. */
  torn: boolean
  /** Denied only in part: 不太, 不够, 有点. */
  isMild: boolean
  /** Something that may belong to the judgement stands right before it. */
  isLed: boolean
}

type Role = 'negation' | 'rhetorical' | 'strong' | 'mild' | 'filler'

const roles: readonly Role[] = ['filler', 'mild', 'strong', 'negation', 'rhetorical']

const before: Trie<Role> = buildTrie(
  roles.flatMap((role) => scopeWords[role].map((word) => [backwards(word), role] as const)),
)
const behind: Trie<true> = buildTrie(scopeWords.behind.map((word) => [word, true] as const))

const mildWords = new Set<string>(scopeWords.mildNegations)

// A judgement's scope reaches over a dozen words at most: what stands further away is another thought.
const mostWords = 12

/** Reads what stands before and right behind a judgement that covers `start` to `end`. */
export function scopeOf(reading: Reading, start: number, end: number): Scope {
  const { scope, asks } = wordsBefore(reading, start, false)
  scope.end = end
  // 不，是很满意; 怎，么可能满意: whoever leaves the comma out denies.
  if (pausesNear(reading, start)) {
    const across = wordsBefore(reading, start, true).scope.negations
    scope.torn = (across - scope.negations) % 2 !== 0
  }
  const tail = wordBehind(reading, end)
  if (tail !== null) {
    scope.negations += 1
    scope.end = tail
  } else if (!asks && asksWhetherItCan(reading, scope.start, end)) scope.negations += 1
  return scope
}

/** The scope words before a judgement, as far as a comma or, `overMarks`, as if there were none. */
function wordsBefore(
  reading: Reading,
  start: number,
  overMarks: boolean,
): { scope: Scope; asks: boolean } {
  const scope: Scope = {
    negations: 0,
    outerDegree: 0,
    innerDegree: 0,
    start,
    end: start,
    torn: false,
    isMild: false,
    isLed: false,
  }
  let at = start
  let lastRhetorical = -1
  for (let words = 0; words < mostWords && at > 0; words += 1) {
    const found = wordBefore(reading, at, overMarks)
    if (found === null) break
    const parted = (reading.marks[at] as number) & ~mark.quote
    // Over a space only what counts is read, over a comma nothing.
    if (!overMarks && (parted & mark.pause) !== 0) break
    if (!overMarks && parted !== 0 && found.role === 'filler') break
    at = found.start
    scope.isLed = true
    if (mildWords.has(reading.symbols.slice(found.start, found.end))) scope.isMild = true
    if (found.role === 'negation') {
      scope.negations += 1
      // 没有哪里不: what looks like a question belongs to the negation before it.
      if (lastRhetorical === found.end && isAnyWord(reading, lastRhetorical)) scope.negations -= 1
    } else if (found.role === 'rhetorical') {
      scope.negations += 1
      lastRhetorical = found.start
    } else if (found.role !== 'filler') {
      const degree = found.role === 'strong' ? 2 : 1
      if (scope.negations > 0) scope.outerDegree = Math.max(scope.outerDegree, degree)
      else scope.innerDegree = Math.max(scope.innerDegree, degree)
    }
    if (found.role !== 'filler') scope.start = found.start
  }
  return { scope, asks: lastRhetorical >= 0 }
}

// The longest chain of scope words that a comma may tear.
const nearby = 10

function pausesNear({ marks }: Reading, start: number): boolean {
  for (let at = start; at > 0 && at > start - nearby; at -= 1)
    if (((marks[at] as number) & ~mark.quote) !== 0) return true
  return false
}

interface Word {
  role: Role
  start: number
  end: number
}

/** The longest scope word that ends where the judgement, or the word behind it, begins. */
function wordBefore(reading: Reading, end: number, overMarks: boolean): Word | null {
  const { symbols, marks } = reading
  let node = before.first(symbols.charCodeAt(end - 1))
  let found: Word | null = null
  for (let start = end - 1; node !== 0; start -= 1) {
    const output = before.outputs[node]
    if (output !== undefined) found = { role: output[output.length - 1] as Role, start, end }
    if (start <= 0 || (!overMarks && ((marks[start] as number) & mark.pause) !== 0)) break
    node = before.next(node, symbols.charCodeAt(start - 1))
  }
  return found
}

/** 没有哪里, 不觉得哪里: behind a negation 哪里 and 什么 ask nothing, they mean "any". */
function isAnyWord(reading: Reading, start: number): boolean {
  return '哪什啥有'.includes(reading.symbols[start] ?? ' ')
}

function wordBehind(reading: Reading, start: number): number | null {
  const { symbols, marks } = reading
  if (start >= symbols.length) return null
  const parted = ((marks[start] as number) & (mark.comma | mark.end)) !== 0
  let node = behind.first(symbols.charCodeAt(start))
  let found: number | null = null
  for (let end = start + 1; node !== 0; end += 1) {
    // 满意，个屁 is one thought; 满意，没有意见 is two.
    if (behind.outputs[node] !== undefined && !(parted && mayOpenClause(symbols.slice(start, end))))
      found = end
    if (end >= symbols.length) break
    node = behind.next(node, symbols.charCodeAt(end))
  }
  return found
}

function mayOpenClause(word: string): boolean {
  return /^(?:什么|啥|哪|没|都没|也没|一点没|在|何|不|你妈|根本)/.test(word)
}

// 能满意吗 expects a no, 满意吗 only asks.
const modals = ['能', '会', '可能', '敢', '觉得', '以为', '像', '算', '叫', '配', '想']

function asksWhetherItCan(reading: Reading, start: number, end: number): boolean {
  if (!isAsked(reading, end)) return false
  // Before the scope only: 不可能满意？ denies, and does not ask whether it can be.
  const head = reading.symbols.slice(Math.max(0, start - 4), start)
  return modals.some((modal) => head.includes(modal))
}

/** Whether 吗 or a question mark closes what ends here. */
export function isAsked(reading: Reading, end: number): boolean {
  const next = reading.symbols[end]
  // 吗 opens no clause, whatever stands before it.
  if (next === '吗' || (next === '么' && reading.marks[end] === 0)) return true
  return ((reading.marks[end] as number) & mark.question) !== 0
}

function backwards(word: string): string {
  return Array.from(word).toReversed().join('')
}
