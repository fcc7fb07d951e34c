import { surveyWords } from './lexicon/survey.ts'
import { normalise, without } from './normalise.ts'
import { isDigit, mark, type Reading } from './reading.ts'

interface Span {
  start: number
  end: number
}

const shortestQuote = 5

/** The reply without the survey's own words, which many telephones quote above or below the answer. */
export function withoutQuoted(reading: Reading, sentText: string | undefined): Reading {
  // The shortest list of options and the shortest frame have more symbols than this.
  if (reading.symbols.length < shortestQuote) return reading
  const quoted = [...sentSpans(reading, sentText), ...optionLists(reading)]
  const spans = [...quoted, ...frames(reading, quoted.length > 0)]
  return without(reading, merged(spans))
}

// Fewer symbols in a row may be the citizen's own words: 回复1非常满意 is in most survey texts too.
const sharedSymbols = 10

let lastSent: { text: string; grams: ReadonlySet<string> } | null = null

/** Whatever ten symbols in a row the reply shares with the text that was sent. */
function sentSpans(reading: Reading, sentText: string | undefined): Span[] {
  if (sentText === undefined || reading.symbols.length < sharedSymbols) return []
  const grams = gramsOf(sentText)
  const spans: Span[] = []
  for (let start = 0; start + sharedSymbols <= reading.symbols.length; start += 1)
    if (grams.has(reading.symbols.slice(start, start + sharedSymbols)))
      spans.push({ start, end: start + sharedSymbols })
  return spans
}

/** The last sent text is kept: thousands of replies in a row answer the same one. */
function gramsOf(sentText: string): ReadonlySet<string> {
  if (lastSent?.text === sentText) return lastSent.grams
  const { symbols } = normalise(sentText)
  const grams = new Set<string>()
  for (let at = 0; at + sharedSymbols <= symbols.length; at += 1)
    grams.add(symbols.slice(at, at + sharedSymbols))
  lastSent = { text: sentText, grams }
  return grams
}

interface Option extends Span {
  figure: number
}

/** 1满意 2基本满意 3不满意: two options in a row or more are the survey's words, whoever sent it. */
function optionLists(reading: Reading): Span[] {
  const options = optionsOf(reading)
  if (options.length < 2) return []
  const spans: Span[] = []
  for (let from = 0; from < options.length;) {
    const to = endOfRun(options, from)
    const next = endOfRun(options, from + 1)
    // 3不满意 1满意2基本满意3不满意: the answer stands before the list that counts up.
    if (next - (from + 1) > to - from) {
      from += 1
      continue
    }
    if (to - from >= 2) {
      const first = options[from] as Option
      const last = options[to - 1] as Option
      spans.push(widened(reading, first.start, last.end))
    }
    from = to
  }
  return spans
}

function endOfRun(options: readonly Option[], from: number): number {
  let to = from + 1
  let step = 0
  while (to < options.length) {
    const last = options[to - 1] as Option
    const next = options[to] as Option
    const difference = next.figure - last.figure
    if (Math.abs(difference) !== 1 || (step !== 0 && difference !== step)) break
    if (next.start - last.end > 4) break
    step = difference
    to += 1
  }
  return Math.min(to, options.length)
}

function optionsOf(reading: Reading): Option[] {
  const { symbols } = reading
  const options: Option[] = []
  for (let at = 0; at < symbols.length; at += 1) {
    if (!isDigit(symbols.charCodeAt(at))) continue
    let level = at + 1
    while (surveyWords.links.includes(symbols[level] ?? ' ') && level < at + 4) level += 1
    const linked = levelBefore(symbols, at)
    const isLinked =
      linked !== null &&
      !surveyWords.levels.some((word) => symbols.startsWith(word, at - word.length))
    const end = isLinked ? null : levelEnd(symbols, level)
    if (end !== null) {
      options.push({ figure: Number(symbols[at]), start: at, end })
      at = end - 1
      continue
    }
    if (linked !== null) options.push({ figure: Number(symbols[at]), start: linked, end: at + 1 })
  }
  return options
}

function levelEnd(symbols: string, start: number): number | null {
  const word = surveyWords.levels.find((level) => symbols.startsWith(level, start))
  return word === undefined ? null : start + word.length
}

/** 满意请回复1: the level stands before its figure. */
function levelBefore(symbols: string, figure: number): number | null {
  const head = symbols.slice(Math.max(0, figure - 14), figure)
  const link = surveyWords.answers.find((word) => head.endsWith(word))
  if (link === undefined) return null
  const rest = head.slice(0, head.length - link.length)
  const level = surveyWords.levels.find((word) => rest.endsWith(word))
  return level === undefined ? null : figure - link.length - level.length
}

/** The sentence around the list: back to the survey's first word on the line, on over its thanks. */
function widened(reading: Reading, start: number, end: number): Span {
  const lineStart = startOfLine(reading, start)
  const line = reading.symbols.slice(lineStart, start)
  // 回复2 before the list is an answer, not the survey's 回复.
  const openings = surveyWords.openings
    .map((word) => ({ word, at: line.indexOf(word) }))
    .filter(({ word, at }) => at >= 0 && !isDigit(line.charCodeAt(at + word.length)))
    .map(({ at }) => at)
  const from = openings.length > 0 ? lineStart + Math.min(...openings) : start
  let to = end
  for (;;) {
    const tail = surveyWords.closings.find((word) => reading.symbols.startsWith(word, to))
    if (tail === undefined) break
    to += tail.length
  }
  return { start: from, end: to }
}

// A survey's text has no more symbols than this before its options.
const longestOpening = 200

function startOfLine(reading: Reading, at: number): number {
  let from = at
  while (from > 0 && at - from < longestOpening) {
    const left = reading.ends[from - 1] as number
    const right = reading.starts[from] as number
    if (
      ((reading.marks[from] as number) & mark.stop) !== 0 &&
      /[\n\r]/.test(reading.original.slice(left, right))
    )
      break
    from -= 1
  }
  return from
}

/** Lines and phrases that telephones and the survey put around texts: 原始短信, 发自我的手机, 您对本次服务满意吗. */
function frames(reading: Reading, quotes: boolean): Span[] {
  const spans: Span[] = []
  // 回T退订 alone is a wish of the citizen's own.
  const words = quotes ? [...surveyWords.frames, ...surveyWords.optOuts] : surveyWords.frames
  for (const word of words) {
    let start = reading.symbols.indexOf(word)
    while (start >= 0) {
      spans.push({ start, end: start + word.length })
      start = reading.symbols.indexOf(word, start + word.length)
    }
  }
  return spans
}

function merged(spans: readonly Span[]): Span[] {
  const ordered = [...spans].sort((a, b) => a.start - b.start || a.end - b.end)
  const result: Span[] = []
  for (const span of ordered) {
    const last = result[result.length - 1]
    if (last !== undefined && span.start <= last.end) last.end = Math.max(last.end, span.end)
    else result.push({ ...span })
  }
  return result
}
