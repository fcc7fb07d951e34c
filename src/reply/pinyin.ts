import { pinyinWords } from './lexicon/pinyin.ts'
import { isLatin, type Reading } from './reading.ts'

const words = new Map<string, string>(
  pinyinWords
    .trim()
    .split(/\s{2,}|\n/)
    .map((pair) => pair.split(' '))
    .filter(
      (pair): pair is [string, string] => pair.length === 2 && /[^a-z]|td/.test(pair[1] ?? ''),
    ),
)
const longest = Math.max(...[...words.keys()].map((word) => word.length))

/** Spells out a reply in pinyin. One foreign spelling, and the letters stay as they are. */
export function spellOut(reading: Reading): Reading {
  const runs = letterRuns(reading.symbols)
  if (runs.length === 0) return reading
  const found: { start: number; end: number; text: string }[] = []
  for (const run of runs) {
    if (run.end - run.start > 64) return reading
    for (let at = run.start; at < run.end;) {
      let size = Math.min(longest, run.end - at)
      while (size > 0 && !words.has(reading.symbols.slice(at, at + size))) size -= 1
      if (size === 0) return reading
      found.push({
        start: at,
        end: at + size,
        text: words.get(reading.symbols.slice(at, at + size)) as string,
      })
      at += size
    }
  }
  return replace(reading, found)
}

/** Letters that touch or stand apart by nothing but spaces: `bu man yi` is one run. */
function letterRuns(symbols: string): { start: number; end: number }[] {
  const runs: { start: number; end: number }[] = []
  for (let at = 0; at < symbols.length; at += 1) {
    if (!isLatin(symbols.charCodeAt(at))) continue
    const start = at
    while (isLatin(symbols.charCodeAt(at))) at += 1
    runs.push({ start, end: at })
  }
  return runs
}

function replace(
  reading: Reading,
  spans: readonly { start: number; end: number; text: string }[],
): Reading {
  let symbols = ''
  const starts: number[] = []
  const ends: number[] = []
  const marks: number[] = []
  let next = 0
  for (let at = 0; at < reading.symbols.length; at += 1) {
    const span = spans[next]
    if (span === undefined || at < span.start) {
      symbols += reading.symbols[at] as string
      starts.push(reading.starts[at] as number)
      ends.push(reading.ends[at] as number)
      marks.push(reading.marks[at] as number)
      continue
    }
    for (let unit = 0; unit < span.text.length; unit += 1) {
      symbols += span.text[unit] as string
      starts.push(reading.starts[span.start] as number)
      ends.push(reading.ends[span.end - 1] as number)
      // Spaces between spellings part no words.
      marks.push(unit === 0 ? (reading.marks[span.start] as number) & ~1 : 0)
    }
    at = span.end - 1
    next += 1
  }
  marks.push(reading.marks[reading.symbols.length] as number)
  return { ...reading, symbols, starts, ends, marks }
}
