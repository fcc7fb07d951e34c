import { pinyinAbbreviations, pinyinWords } from './lexicon/pinyin.ts'
import { isLatin, type Reading } from './reading.ts'

const words = pairsOf(pinyinWords)
const abbreviations = pairsOf(pinyinAbbreviations)
const longest = Math.max(...[...words.keys()].map((word) => word.length))
const mostLetters = 64

function pairsOf(list: string): ReadonlyMap<string, string> {
  const pairs = list.trim().split(/\s{2,}|\n/)
  return new Map(pairs.map((pair) => pair.trim().split(' ') as [string, string]))
}

interface Spelling {
  start: number
  end: number
  text: string
}

/** Spells out a reply in pinyin. One foreign word among it, and all letters stay as they are. */
export function spellOut(reading: Reading): Reading {
  const runs = letterRuns(reading)
  if (runs.length === 0) return reading
  const spellings = spellAll(reading, joinedRuns(runs)) ?? spellAll(reading, runs)
  if (spellings === null) return reading
  // A lone a or e is a letter, not a word.
  const letters = runs.reduce((sum, run) => sum + run.end - run.start, 0)
  return letters < 2 ? reading : replace(reading, spellings)
}

function spellAll(reading: Reading, runs: readonly Run[]): Spelling[] | null {
  const spellings: Spelling[] = []
  for (const run of runs) {
    const found = spellingsOf(reading.symbols, run.start, run.end)
    if (found === null) return null
    spellings.push(...found)
  }
  return spellings
}

/** `cha ping` is one word, whatever stands between the letters. */
function joinedRuns(runs: readonly Run[]): Run[] {
  const joined: Run[] = []
  for (const run of runs) {
    const last = joined[joined.length - 1]
    if (last?.end === run.start) last.end = run.end
    else joined.push({ ...run })
  }
  return joined
}

interface Run {
  start: number
  end: number
}

/** Letters that touch each other. */
function letterRuns({ symbols, marks }: Reading): Run[] {
  const runs: Run[] = []
  for (let at = 0; at < symbols.length; at += 1) {
    if (!isLatin(symbols.charCodeAt(at))) continue
    const start = at
    while (isLatin(symbols.charCodeAt(at + 1)) && marks[at + 1] === 0) at += 1
    runs.push({ start, end: at + 1 })
  }
  return runs
}

/** The longest spellings that make up a run, or null. Single letters only count inside longer runs. */
function spellingsOf(symbols: string, start: number, end: number): Spelling[] | null {
  if (end - start > mostLetters) return null
  const whole = abbreviations.get(symbols.slice(start, end))
  if (whole !== undefined) return [{ start, end, text: whole }]
  const found: Spelling[] = []
  for (let at = start; at < end;) {
    let size = Math.min(longest, end - at)
    while (size > 0 && !words.has(symbols.slice(at, at + size))) size -= 1
    if (size === 0) return null
    const text = words.get(symbols.slice(at, at + size)) as string
    found.push({ start: at, end: at + size, text })
    at += size
  }
  return found
}

/** Puts the characters in place of their spellings; spaces between spellings part no words. */
function replace(reading: Reading, spellings: readonly Spelling[]): Reading {
  let symbols = ''
  const starts: number[] = []
  const ends: number[] = []
  const marks: number[] = []
  let next = 0
  for (let at = 0; at < reading.symbols.length; at += 1) {
    const spelling = spellings[next]
    if (spelling === undefined || at < spelling.start) {
      symbols += reading.symbols[at] as string
      starts.push(reading.starts[at] as number)
      ends.push(reading.ends[at] as number)
      marks.push(reading.marks[at] as number)
      continue
    }
    for (let unit = 0; unit < spelling.text.length; unit += 1) {
      symbols += spelling.text[unit] as string
      starts.push(reading.starts[spelling.start] as number)
      ends.push(reading.ends[spelling.end - 1] as number)
      marks.push(unit === 0 ? (reading.marks[spelling.start] as number) & ~1 : 0)
    }
    at = spelling.end - 1
    next += 1
  }
  marks.push(reading.marks[reading.symbols.length] as number)
  return { ...reading, symbols, starts, ends, marks }
}
