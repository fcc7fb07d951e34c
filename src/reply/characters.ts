import { Converter } from 'opencc-js/t2cn'
import { mark } from './reading.ts'

/**
 * What one code point of a reply stands for: the symbols it is read as, or, where `text` is empty, the
 * mark that it leaves. A figure in a circle or a box is set apart from its neighbours.
 */
export interface Sign {
  text: string
  mark: number
  apart: boolean
}

const simplified = new Map<number, string>()
const toSimplified = Converter({ from: 't', to: 'cn' })
// Forms that phrases decide in the converter, or that are Japanese, and mean one thing in a reply.
const alsoSimplified: Record<string, string> = { 満: '满', 著: '着', 乾: '干', 妳: '你', 祂: '他' }

const known = new Map<number, Sign>()
const nothing: Sign = { text: '', mark: 0, apart: false }

/** Reads one code point. Every code point has a sign, lone surrogates and unassigned ones too. */
export function signOf(codePoint: number): Sign {
  let sign = known.get(codePoint)
  if (sign === undefined) {
    sign = makeSign(codePoint)
    known.set(codePoint, sign)
  }
  return sign
}

function makeSign(codePoint: number): Sign {
  if (codePoint >= 0x4e00 && codePoint <= 0x9fff) return symbol(simplify(codePoint))
  if (codePoint >= 0xd800 && codePoint <= 0xdfff) return nothing
  // The box around a figure parts it from the next one.
  if (codePoint === 0x20e3) return { text: '', mark: mark.sign, apart: false }
  if (codePoint === 0x2605 || codePoint === 0x1f31f) return symbol('⭐')
  const digit = enclosedDigit(codePoint)
  if (digit !== null) return { text: digit, mark: mark.sign, apart: true }
  const separator = separatorMark(codePoint)
  if (separator !== null) return { text: '', mark: separator, apart: false }
  const character = String.fromCodePoint(codePoint)
  if (isInvisible(character)) return nothing
  if (/\p{Extended_Pictographic}/u.test(character) && codePoint > 0xff) return symbol(character)
  const plain = character.normalize('NFKC').toLowerCase()
  if (plain !== character) {
    let text = ''
    let left = 0
    for (const each of plain) {
      const inner = signOf(each.codePointAt(0) as number)
      text += inner.text
      left |= inner.mark
    }
    const isLetterLike = codePoint >= 0xff00 && codePoint <= 0xffef
    return { text, mark: text === '' ? left : left | (isLetterLike ? 0 : mark.sign), apart: false }
  }
  if (/[\p{L}\p{Nd}]/u.test(character)) return symbol(character)
  return { text: '', mark: mark.sign, apart: false }
}

function symbol(text: string): Sign {
  return { text, mark: 0, apart: false }
}

function simplify(codePoint: number): string {
  let text = simplified.get(codePoint)
  if (text === undefined) {
    const character = String.fromCodePoint(codePoint)
    text = alsoSimplified[character] ?? (toSimplified(character) as string)
    simplified.set(codePoint, text)
  }
  return text
}

/** Format characters, variation selectors, combining marks (the keycap too), skin tones and fillers. */
function isInvisible(character: string): boolean {
  return /^[\p{Cf}\p{Cc}\p{Mn}\p{Me}\p{Emoji_Modifier}\u115f\u1160\u2800\u3164\uffa0]$/u.test(
    character,
  )
}

const separators: readonly (readonly [number, string])[] = [
  [
    mark.space,
    ' \t\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000',
  ],
  [mark.comma, ',，、;；‚،﹐﹑﹔､'],
  [mark.stop, '.。！!…\n\r\u0085\u2028\u2029｡．﹒'],
  [mark.question, '?？﹖؟⁇'],
  [mark.quote, '"\'“”‘’「」『』《》〈〉【】〖〗[]（）(){}<>＂＇「」'],
]

const separatorMarks = new Map<number, number>(
  separators.flatMap(([bit, signs]) =>
    Array.from(signs, (sign) => [sign.codePointAt(0) as number, bit] as const),
  ),
)
separatorMarks.set(0x21, mark.exclaim)
separatorMarks.set(0xff01, mark.exclaim)

function separatorMark(codePoint: number): number | null {
  return separatorMarks.get(codePoint) ?? null
}

// The first and last of each run of figures in circles, brackets or boxes, and the figure it starts with.
// Unicode, blocks Enclosed Alphanumerics, Dingbats, Number Forms, Enclosed CJK.
const enclosedRuns: readonly (readonly [number, number, number])[] = [
  [0x2460, 0x2468, 1],
  [0x2474, 0x247c, 1],
  [0x2488, 0x2490, 1],
  [0x24f5, 0x24fd, 1],
  [0x2776, 0x277e, 1],
  [0x2780, 0x2788, 1],
  [0x278a, 0x2792, 1],
  [0x2160, 0x2168, 1],
  [0x2170, 0x2178, 1],
  [0x3220, 0x3228, 1],
  [0x3280, 0x3288, 1],
  [0x1f101, 0x1f10a, 0],
  [0x3021, 0x3029, 1],
  [0x24ea, 0x24ea, 0],
  [0x24ff, 0x24ff, 0],
]

function enclosedDigit(codePoint: number): string | null {
  for (const [first, last, figure] of enclosedRuns)
    if (codePoint >= first && codePoint <= last) return String(figure + codePoint - first)
  return null
}
