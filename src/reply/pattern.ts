/**
 * The notation of the lexicons. A pattern is a literal with
 *   (a|b|)   alternatives, nested if need be, one of them possibly empty
 *   <name>   a word class of `lexicon/classes.ts`
 *   {name}   a folded quantity such as {dur}, see `quantities.ts`
 *   ~        anything of up to 6 symbols inside the same clause
 *   ~~       anything of up to 16 symbols inside the same sentence
 * It stands for a finite set of strings (each gap apart), so that it can be looked up in a trie and
 * never backtracks.
 */

/** One part of a pattern: some strings, and how far behind the part before they may begin. */
export interface PatternPart {
  /** The part as it is written: the same source always means the same words. */
  source: string
  words: readonly string[]
  gap: number
  /** Whether the gap may reach over a comma. */
  overComma: boolean
}

export type WordClasses = Readonly<Record<string, readonly string[]>>

/** The symbols that stand for folded quantities; private use, so that no text can contain them. */
export const quantitySymbols = {
  /** A number that is no option: a phone number, a plate, a case. */
  n: '\uE000',
  /** Up to twenty minutes. */
  min: '\uE001',
  /** Longer than twenty minutes. */
  dur: '\uE002',
  once: '\uE003',
  times: '\uE004',
  money: '\uE005',
  /** Counted people and things. */
  cnt: '\uE006',
  /** A time of day or a date. */
  clock: '\uE007',
  /** Ten or a hundred points: full marks. */
  full: '\uE008',
} as const
export type QuantityName = keyof typeof quantitySymbols

const shorthand: Record<string, readonly QuantityName[]> = {
  d: ['min', 'dur'],
  x: ['once', 'times'],
}

/** Splits a pattern at its gaps and expands each part. Throws on a pattern that is not well-formed. */
export function parsePattern(pattern: string, classes: WordClasses): PatternPart[] {
  const parts: PatternPart[] = []
  let gap = 0
  let overComma = false
  for (const source of pattern.split(/(~~?)/)) {
    if (source === '~') gap = 6
    else if (source === '~~') {
      gap = 16
      overComma = true
    } else {
      const words = [...new Set(expand(source, classes))]
      if (words.includes('')) throw new Error(`a part of the pattern ${pattern} may be empty`)
      parts.push({ source, words, gap, overComma })
      gap = 0
      overComma = false
    }
  }
  return parts
}

/** All strings that a part without gaps stands for. */
export function expand(source: string, classes: WordClasses): string[] {
  const [words, end] = alternatives(source, 0, classes)
  if (end !== source.length) throw new Error(`unbalanced bracket in the pattern ${source}`)
  return words
}

function alternatives(source: string, from: number, classes: WordClasses): [string[], number] {
  const all: string[] = []
  let heads = ['']
  let at = from
  while (at < source.length && source[at] !== ')') {
    const sign = source[at] as string
    if (sign === '|') {
      all.push(...heads)
      heads = ['']
      at += 1
      continue
    }
    let tails: readonly string[] = [sign]
    if (sign === '(') {
      const [inner, end] = alternatives(source, at + 1, classes)
      if (source[end] !== ')') throw new Error(`unbalanced bracket in the pattern ${source}`)
      tails = inner
      at = end
    } else if (sign === '<' || sign === '{') {
      const end = source.indexOf(sign === '<' ? '>' : '}', at)
      const name = source.slice(at + 1, end)
      tails = sign === '<' ? classWords(name, classes) : quantity(name)
      at = end
    }
    heads = heads.flatMap((head) => tails.map((tail) => head + tail))
    at += 1
  }
  return [[...all, ...heads], at]
}

function classWords(name: string, classes: WordClasses): string[] {
  const words = classes[name]
  if (words === undefined) throw new Error(`there is no word class <${name}>`)
  return words.flatMap((word) => expand(word, classes))
}

function quantity(name: string): string[] {
  const names = shorthand[name] ?? [name as QuantityName]
  return names.map((each) => {
    const symbol = quantitySymbols[each]
    if (symbol === undefined) throw new Error(`there is no quantity {${name}}`)
    return symbol
  })
}
