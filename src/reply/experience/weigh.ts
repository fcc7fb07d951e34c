import { buildTrie } from '../trie.ts'
import { gramsOf, longestGram } from './grams.ts'
import { heads, leanings, type Leaning, learnedReasons } from './heads.ts'
import { letterOf, likelihood, unit } from './learn.ts'

/** How likely a text is to be each thing, by what labelled replies taught. */
export interface Likelihoods {
  leaning: (leaning: Leaning) => number
  urgent: () => number
  reason: (reason: (typeof learnedReasons)[number]) => number
}

/** Weighs texts with weights once learnt. */
export interface Experience {
  weigh: (weighed: string, business: string | undefined) => Likelihoods
  /** The rows of symbols that speak most for a leaning, the strongest first. */
  telling: (weighed: string, leaning: Leaning) => string[]
}

const width = heads.length
const [zero, minus, firstLetter] = ['0', '-', letterOf(0)].map((sign) => sign.charCodeAt(0)) as [
  number,
  number,
  number,
]
const urgentHead = leanings.length
const firstReason = urgentHead + 1

/** Reads the weights that `learn` wrote. */
export function readWeights(table: string): Experience {
  const places = new Map<string, number>()
  const lines = table.split('\n').filter((line) => line !== '')
  const weights = new Int16Array(lines.length * width)
  for (const [place, line] of lines.entries()) {
    const [sign = '', counts = ''] = line.split(' ')
    places.set(sign, place)
    readRow(counts, weights, place * width)
  }
  const grams = buildTrie([...places].filter(([sign]) => !sign.startsWith('@') && sign !== shared))
  const sums = new Int32Array(width)
  // Which text a row was last counted in: every row counts once a text.
  const turns = new Uint32Array(lines.length)
  let turn = 0
  let count = 0
  const add = (place: number | undefined): void => {
    if (place === undefined || turns[place] === turn) return
    turns[place] = turn
    count += 1
    const row = place * width
    for (let head = 0; head < width; head += 1)
      sums[head] = (sums[head] as number) + (weights[row + head] as number)
  }
  const weigh = (text: string, business: string | undefined): Likelihoods => {
    turn += 1
    count = 0
    sums.fill(0)
    add(places.get(shared))
    for (let start = 0; start < text.length; start += 1) {
      let node = grams.first(text.charCodeAt(start))
      const last = Math.min(text.length, start + longestGram)
      for (let end = start + 1; node !== 0; end += 1) {
        add(grams.outputs[node]?.[0])
        if (end >= last) break
        node = grams.next(node, text.charCodeAt(end))
      }
    }
    // Danger is read where nobody knows the business, too.
    const urgent = (sums[urgentHead] as number) * scaleOf(count)
    if (business !== undefined) add(places.get(`@${business}`))
    return likelihoodsOf(sums, scaleOf(count), urgent)
  }
  const telling = (text: string, leaning: Leaning): string[] => {
    const head = leanings.indexOf(leaning)
    const weightOf = (gram: string): number =>
      weights[(places.get(gram) as number) * width + head] as number
    return [...gramsOf(text)]
      .filter((gram) => places.has(gram) && weightOf(gram) > 0)
      .sort((a, b) => weightOf(b) - weightOf(a))
  }
  return { weigh, telling }
}

/** Reads a row such as `a14b-12`; sign by sign, for there are hundreds of thousands of weights at every start. */
function readRow(row: string, weights: Int16Array, from: number): void {
  let head = 0
  let weight = 0
  let isNegative = false
  for (let at = 0; at < row.length; at += 1) {
    const code = row.charCodeAt(at)
    if (code >= zero && code <= zero + 9) {
      weight = weight * 10 + code - zero
      weights[from + head] = isNegative ? -weight : weight
    } else {
      isNegative = code === minus
      if (code !== minus) head = code - firstLetter
      weight = 0
    }
  }
}

/** The sign of the row that all texts share. */
const shared = '*'

function scaleOf(count: number): number {
  return 1 / (unit * Math.sqrt(Math.max(1, count)))
}

function likelihoodsOf(sums: Int32Array, scale: number, urgent: number): Likelihoods {
  const scaled = new Float64Array(width)
  for (let head = 0; head < width; head += 1) scaled[head] = (sums[head] as number) * scale
  let total = 0
  for (let head = 0; head < leanings.length; head += 1) total += Math.exp(scaled[head] as number)
  return {
    leaning: (leaning) => Math.exp(scaled[leanings.indexOf(leaning)] as number) / total,
    urgent: () => likelihood(urgent),
    reason: (reason) => likelihood(scaled[firstReason + learnedReasons.indexOf(reason)] as number),
  }
}
