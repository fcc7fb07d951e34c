import { signOf } from './characters.ts'
import { isHan, isLatin, mark, type Reading } from './reading.ts'

const fewestSpaced = 5
const spacedShare = 0.75

const none: ReadonlyMap<number, string> = new Map()

/**
 * Reads a text into symbols: full-width, mathematical and enclosed forms become plain ones,
 * traditional characters simplified ones, letters small ones; what cannot be seen is dropped.
 */
export function normalise(text: string): Reading {
  let symbols = ''
  const starts: number[] = []
  const ends: number[] = []
  const marks: number[] = []
  let pending = 0
  for (let at = 0; at < text.length;) {
    const codePoint = text.codePointAt(at) as number
    const next = at + (codePoint > 0xffff ? 2 : 1)
    const sign = signOf(codePoint)
    if (sign.text === '') pending |= sign.mark
    else {
      if (sign.apart) pending |= sign.mark
      for (let unit = 0; unit < sign.text.length; unit += 1) {
        symbols += sign.text[unit] as string
        starts.push(at)
        ends.push(next)
        marks.push(pending)
        pending = 0
      }
      pending = sign.apart ? sign.mark : 0
    }
    at = next
  }
  marks.push(pending)
  joinSpacedLetters(symbols, starts, ends, marks)
  return { original: text, symbols, starts, ends, marks, numbers: none }
}

/** 不，满，意，，，等，了: signs between nearly all characters part nothing; only wider gaps do. */
function joinSpacedLetters(
  symbols: string,
  starts: readonly number[],
  ends: readonly number[],
  marks: number[],
): void {
  if (symbols.length < fewestSpaced || !isHan(symbols.charCodeAt(0))) return
  const width = (at: number): number => (starts[at] as number) - (ends[at - 1] as number)
  let parted = 0
  let narrowest = Infinity
  for (let at = 1; at < symbols.length; at += 1) {
    if (marks[at] === 0) continue
    parted += 1
    narrowest = Math.min(narrowest, width(at))
  }
  if (parted < (symbols.length - 1) * spacedShare) return
  for (let at = 1; at < symbols.length; at += 1) if (width(at) <= narrowest) marks[at] = 0
}

/** The reading without some spans of symbols (ascending, apart); a stop marks each place where one was. */
export function without(
  reading: Reading,
  spans: readonly { start: number; end: number }[],
): Reading {
  if (spans.length === 0) return reading
  let symbols = ''
  const starts: number[] = []
  const ends: number[] = []
  const marks: number[] = []
  let pending = 0
  let next = 0
  for (let at = 0; at <= reading.symbols.length; at += 1) {
    const span = spans[next]
    pending |= reading.marks[at] as number
    if (span !== undefined && at >= span.start && at < span.end) {
      pending |= mark.stop
      if (at === span.end - 1) next += 1
      continue
    }
    marks.push(pending)
    pending = 0
    if (at === reading.symbols.length) break
    symbols += reading.symbols[at] as string
    starts.push(reading.starts[at] as number)
    ends.push(reading.ends[at] as number)
  }
  return { original: reading.original, symbols, starts, ends, marks, numbers: none }
}

/**
 * The reading as if nothing had been put between its sentences, clauses and Chinese words; its end stays as it is, and
 * so do the spaces between words of Latin letters.
 */
export function withoutPauses(reading: Reading): Reading {
  const { symbols } = reading
  const marks = reading.marks.map((each, at) => {
    if (at === symbols.length) return each
    const isPause = (each & (mark.pause | mark.space)) !== 0
    const rest = each & ~(mark.pause | mark.space)
    const isLetter = isLatin(symbols.charCodeAt(at)) || isLatin(symbols.charCodeAt(at - 1))
    return isPause && isLetter ? rest | mark.space : rest
  })
  return { ...reading, marks }
}
