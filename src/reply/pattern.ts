/**
 * The notation of the lexicons. A pattern is a literal with
 *   (a|b|)   alternatives, nested if need be, one of them possibly empty; (a)? for (a|), a? for one sign
 *   <name>   a word class of `lexicon/classes.ts`
 *   {name}   a folded quantity such as {dur}, see `quantities.ts`
 *   ~        anything of up to 6 symbols inside the same clause
 *   ~~       anything of up to 16 symbols inside the same sentence
 *   ^ $      the beginning and the end of the whole reply
 *   _        nothing: it parts English words for the eye
 * It stands for a finite set of strings (each gap apart), so that it can be looked up in a trie and
 * never backtracks.
 */

/** One part of a pattern: a row of alternatives, and how far behind the part before it may begin. */
export interface PatternPart {
  row: readonly (readonly string[])[]
  gap: number
  /** Whether the gap may reach over a comma. */
  overComma: boolean
}

export interface Pattern {
  parts: PatternPart[]
  /** The pattern must begin where the reply begins, or end where it ends. */
  fromStart: boolean
  toEnd: boolean
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

/** Splits a pattern at its gaps; the classes are free of quantities. Throws on a pattern that is not well-formed. */
export function parsePattern(pattern: string, classes: WordClasses): Pattern {
  const fromStart = pattern.startsWith('^')
  const toEnd = pattern.endsWith('$')
  const body = pattern.slice(fromStart ? 1 : 0, toEnd ? -1 : undefined).replaceAll('_', '')
  const parts: PatternPart[] = []
  let gap = 0
  let overComma = false
  for (const source of body.split(/(~~?)/)) {
    if (source === '~') gap = 6
    else if (source === '~~') {
      gap = 16
      overComma = true
    } else {
      parts.push({ row: items(source, classes), gap, overComma })
      gap = 0
      overComma = false
    }
  }
  if (parts.every(({ row }) => row.every((words) => words.includes(''))))
    throw new Error(`the pattern ${pattern} may be empty`)
  return { parts, fromStart, toEnd }
}

const notation = /[(){}<>|?]/

/** All strings that a pattern without gaps stands for. */
function expand(source: string, classes: WordClasses): string[] {
  if (!notation.test(source)) return [source]
  return items(source, classes).reduce<string[]>(
    (heads, tails) => heads.flatMap((head) => tails.map((tail) => head + tail)),
    [''],
  )
}

/** The alternatives that a source is a row of. */
function items(source: string, classes: WordClasses): (readonly string[])[] {
  const row: (readonly string[])[] = []
  for (let at = 0; at < source.length; at += 1) {
    const sign = source[at] as string
    if (sign === '(') {
      const end = closingBracket(source, at)
      const words = branches(source.slice(at + 1, end)).flatMap((each) => expand(each, classes))
      const optional = source[end + 1] === '?'
      row.push([...new Set(optional ? [...words, ''] : words)])
      at = optional ? end + 1 : end
    } else if (sign === '<' || sign === '{') {
      const end = source.indexOf(sign === '<' ? '>' : '}', at)
      const name = source.slice(at + 1, end)
      row.push(sign === '<' ? classWords(name, classes) : quantity(name))
      at = end
    } else if (sign === ')' || sign === '|' || sign === '?')
      throw new Error(`misplaced ${sign} in the pattern ${source}`)
    else if (source[at + 1] === '?') {
      row.push([sign, ''])
      at += 1
    } else row.push([sign])
  }
  return row
}

function closingBracket(source: string, open: number): number {
  let depth = 0
  for (let at = open; at < source.length; at += 1) {
    if (source[at] === '(') depth += 1
    if (source[at] === ')') depth -= 1
    if (depth === 0) return at
  }
  throw new Error(`unbalanced bracket in the pattern ${source}`)
}

function branches(source: string): string[] {
  const found: string[] = []
  let depth = 0
  let from = 0
  for (let at = 0; at <= source.length; at += 1) {
    if (source[at] === '(') depth += 1
    if (source[at] === ')') depth -= 1
    if (at === source.length || (source[at] === '|' && depth === 0)) {
      found.push(source.slice(from, at))
      from = at + 1
    }
  }
  return found
}

function classWords(name: string, classes: WordClasses): readonly string[] {
  const words = classes[name]
  if (words === undefined) throw new Error(`there is no word class <${name}>`)
  return words
}

/** A class may itself hold quantities. */
export function withQuantities(classes: WordClasses): WordClasses {
  const read = (word: string): string =>
    word.replace(/\{(\w+)\}/, (_, counted: string) => quantity(counted)[0] as string)
  return Object.fromEntries(
    Object.entries(classes).map(([name, words]) => [name, words.map(read)] as const),
  )
}

function quantity(name: string): string[] {
  const names = shorthand[name] ?? [name as QuantityName]
  return names.map((each) => {
    const symbol: string | undefined = quantitySymbols[each]
    if (symbol === undefined) throw new Error(`there is no quantity {${name}}`)
    return symbol
  })
}
