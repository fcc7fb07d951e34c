import type { Reading } from './reading.ts'

/** Some symbols in a row: `[start, end)`. */
export interface Span {
  start: number
  end: number
}

/**
 * For each symbol, how far the spans reach that begin at it or before it; nothing where there are no spans.
 * One pass answers for all symbols what looking through the spans each time would take the square of.
 */
export function reachOf(spans: readonly Span[], length: number): Int32Array {
  if (spans.length === 0) return new Int32Array(0)
  const reach = new Int32Array(length + 1)
  for (const { start, end } of spans) reach[start] = Math.max(reach[start] as number, end)
  for (let at = 1; at <= length; at += 1)
    reach[at] = Math.max(reach[at] as number, reach[at - 1] as number)
  return reach
}

/** For each symbol, the number of its clause; `marks` are those that end one. */
export function clausesOf(reading: Reading, marks: number): Int32Array {
  const clauses = new Int32Array(reading.symbols.length + 1)
  for (let at = 1; at < reading.symbols.length; at += 1)
    clauses[at] =
      (clauses[at - 1] as number) + (((reading.marks[at] as number) & marks) === 0 ? 0 : 1)
  return clauses
}

/** The greatest number of a list, or `least`; without spreading, which lists of any length would overflow. */
export function greatest<Item>(
  items: readonly Item[],
  numberOf: (item: Item) => number,
  least: number,
): number {
  let found = least
  for (const item of items) found = Math.max(found, numberOf(item))
  return found
}
