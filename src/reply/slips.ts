import { buHomophones, degreeHomophones, manyiHomophones, typoPairs } from './lexicon/typos.ts'
import { between, isHan, mark, type Reading } from './reading.ts'
import { buildTrie } from './trie.ts'

const pairs = typoPairs
  .trim()
  .split(/\s{2,}|\n/)
  .map((pair) => pair.split(' ') as [string, string])
const wrongWords = buildTrie(pairs.map(([wrong, right]) => [wrong, right] as const))
const man = new Set(manyiHomophones.man)
const yi = new Set(manyiHomophones.yi)
const yiAtEnd = new Set(manyiHomophones.yiAtEnd)
const notAfter = new Set(manyiHomophones.not)
const bu = new Set(buHomophones)
// What may stand between the verb and the end in 满一了, 满一！谢谢.
const particles = new Set('了的啊呀吧哦呢哈谢感')

/** Puts the right words where the input method slipped; every symbol keeps its place. */
export function mendSlips(reading: Reading): Reading {
  const mended = mendManyi(reading, mendWords(reading))
  return mended === null ? reading : { ...reading, symbols: mended.join('') }
}

function mendWords({ symbols }: Reading): string[] | null {
  let mended: string[] | null = null
  for (let start = 0; start < symbols.length; start += 1) {
    let node = wrongWords.first(symbols.charCodeAt(start))
    let right: string | undefined
    for (let end = start + 1; node !== 0; end += 1) {
      right = wrongWords.outputs[node]?.[0] ?? right
      if (end >= symbols.length) break
      node = wrongWords.next(node, symbols.charCodeAt(end))
    }
    if (right === undefined) continue
    mended ??= symbols.split('')
    for (let at = 0; at < right.length; at += 1) mended[start + at] = right[at] as string
    start += right.length - 1
  }
  return mended
}

/** 满意 is the one word on which everything hangs, so its slips are read by sound, not from a list. */
function mendManyi(reading: Reading, words: string[] | null): string[] | null {
  const { symbols } = reading
  let mended = words
  for (let at = 0; at + 1 < symbols.length; at += 1) {
    const first = symbols[at] as string
    const second = symbols[at + 1] as string
    if (!man.has(first)) continue
    if (!isSaidForYi(reading, at + 1)) continue
    if (between(reading, at, at + 2, mark.pause)) continue
    if ((first !== '满' || second !== '意') && !fits(symbols, at)) continue
    mended ??= symbols.split('')
    mended[at] = '满'
    mended[at + 1] = '意'
    // 有进步，满意 has a word of its own before the comma.
    const isWord = '进一散逐脚初同地让退跑'.includes(symbols[at - 2] ?? ' ')
    const before = at > 0 && !isWord ? (symbols[at - 1] as string) : ''
    if (bu.has(before)) mended[at - 1] = '不'
    const further = bu.has(before) || before === '不' ? at - 2 : at - 1
    const degree = degreeHomophones[symbols[further] ?? '']
    if (degree !== undefined) mended[further] = degree
  }
  return mended
}

function isSaidForYi(reading: Reading, at: number): boolean {
  const { symbols } = reading
  const sign = symbols[at] as string
  const after = symbols[at + 1]
  const endsHere =
    after === undefined ||
    !isHan(after.charCodeAt(0)) ||
    reading.marks[at + 1] !== 0 ||
    particles.has(after)
  if (yi.has(sign)) return after === undefined || endsHere || !notAfter.has(after)
  return yiAtEnd.has(sign) && endsHere
}

// 麻 and 埋 begin too many words: they count only where the reply or the clause begins, or after 不, 很, 常, 本.
function fits(symbols: string, at: number): boolean {
  const first = symbols[at] as string
  if (!'麻埋蹒螨'.includes(first)) return true
  return at === 0 || '不很常本太挺'.includes(symbols[at - 1] as string)
}
