import { signOf } from './characters.ts'
import { mark, type Reading } from './reading.ts'

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
  return { original: text, symbols, starts, ends, marks, numbers: none }
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
