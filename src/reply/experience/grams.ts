import type { Reading } from '../reading.ts'
import type { Span } from '../spans.ts'

/** The longest row of symbols that is weighed as one. */
export const longestGram = 3

// What opens and closes a text is a sign of its own: 吗 at the end is another one than 吗 in the middle.
const edge = '\uE00F'
const anyDigit = '#'

/**
 * The symbols that are weighed: without words of courtesy, which may close any reply, and with one sign for all
 * digits, which mean one thing on one scale and another on the next.
 */
export function weighable({ symbols }: Reading, courtesies: readonly Span[]): string {
  let kept = symbols
  if (courtesies.length > 0) {
    kept = ''
    let from = 0
    for (const { start, end } of courtesies) {
      if (start > from) kept += symbols.slice(from, start)
      from = Math.max(from, end)
    }
    kept += symbols.slice(from)
  }
  return edge + kept.replaceAll(/[0-9]/g, anyDigit) + edge
}

/** All rows of one, two and three symbols, each once. */
export function gramsOf(text: string): Set<string> {
  const grams = new Set<string>()
  for (let at = 0; at < text.length; at += 1)
    for (let length = 1; length <= longestGram && at + length <= text.length; length += 1)
      grams.add(text.slice(at, at + length))
  return grams
}
