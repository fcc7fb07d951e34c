/**
 * A reply as the steps read it: letters, digits, characters and emoji only, each as one or two
 * UTF-16 units, with what stood between them as marks and with the way back to the original.
 */
export interface Reading {
  original: string
  symbols: string
  /** Where each symbol begins and ends in the original. */
  starts: number[]
  ends: number[]
  /** What stood before each symbol, as bits of `mark`; one more entry for the end. */
  marks: number[]
  /** The digits of folded quantities and numbers, by the index of their symbol. */
  numbers: ReadonlyMap<number, string>
}

const bits = { space: 1, comma: 2, stop: 4, question: 8, quote: 16, sign: 32, exclaim: 64 } as const

/** Kinds of separators between two symbols. */
export const mark = {
  ...bits,
  /** Anything that ends a clause. */
  pause: bits.comma | bits.stop | bits.question | bits.exclaim,
  /** Anything that ends a sentence. */
  end: bits.stop | bits.question | bits.exclaim,
} as const

/** Whether any of the marks stands between the symbols `from` and `to` (exclusive). */
export function between(reading: Reading, from: number, to: number, marks: number): boolean {
  for (let at = from + 1; at < to; at += 1)
    if (((reading.marks[at] as number) & marks) !== 0) return true
  return false
}

/** The first symbol of the clause in which a symbol stands. */
export function clauseStart(reading: Reading, at: number, marks: number = mark.pause): number {
  let from = at
  while (from > 0 && ((reading.marks[from] as number) & marks) === 0) from -= 1
  return from
}

/** The end of the clause in which a symbol stands. */
export function clauseEnd(reading: Reading, at: number, marks: number = mark.pause): number {
  let to = at
  while (
    to < reading.symbols.length &&
    (to === at || ((reading.marks[to] as number) & marks) === 0)
  )
    to += 1
  return to
}

export function isLatin(unit: number): boolean {
  return unit >= 97 && unit <= 122
}

export function isDigit(unit: number): boolean {
  return unit >= 48 && unit <= 57
}

/** A Chinese character of the basic block; the rare ones outside do not matter to any rule. */
export function isHan(unit: number): boolean {
  return unit >= 0x4e00 && unit <= 0x9fff
}
