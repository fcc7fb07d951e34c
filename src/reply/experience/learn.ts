import { isDissatisfied } from '../../foundation/rating.ts'
import type { LabelledReply } from '../score.ts'
import { gramsOf } from './grams.ts'
import { heads, leaningOf, leanings, learnedReasons } from './heads.ts'

/** A labelled reply with the symbols that are weighed. */
export interface Lesson {
  reply: LabelledReply
  weighed: string
}

interface Sample {
  grams: Int32Array
  /** The row of the business, which tells nothing about danger. */
  business: number
  leaning: number
  urgent: number
  /** Null where a reply tells nothing about reasons. */
  reasons: number[] | null
}

const passes = 30
const firstStep = 0.15
const shrink = 3e-3
const fewestUses = 2
const urgentHead = leanings.length
const reasonsFrom = urgentHead + 1

/**
 * Learns from labelled replies how much each row of symbols speaks for each head: logistic regression by
 * adaptive gradients, in an order that is always the same, so that the same replies give the same weights.
 */
export function learn(lessons: readonly Lesson[]): string {
  const rows = rowsOf(lessons)
  const samples = lessons.map((lesson) => sampleOf(lesson, rows))
  const width = heads.length
  const weights = new Float64Array((rows.size + 1) * width)
  const steps = new Float64Array(weights.length).fill(1e-8)
  const order = samples.map((_, index) => index)
  const random = numbersFrom(20_260_101)
  for (let pass = 0; pass < passes; pass += 1) {
    shuffle(order, random)
    for (const index of order) teach(samples[index] as Sample, weights, steps)
  }
  return written(rows, weights)
}

/** The rows that occur in several replies, by their place; the last place is that of what all share. */
function rowsOf(lessons: readonly Lesson[]): Map<string, number> {
  const uses = new Map<string, number>()
  for (const { weighed, reply } of lessons)
    for (const gram of signsOf(weighed, reply.business)) uses.set(gram, (uses.get(gram) ?? 0) + 1)
  const rows = new Map<string, number>()
  for (const [gram, count] of uses) if (count >= fewestUses) rows.set(gram, rows.size)
  return rows
}

function signsOf(weighed: string, business: string): Set<string> {
  return gramsOf(weighed).add(`@${business}`)
}

function sampleOf({ reply, weighed }: Lesson, rows: ReadonlyMap<string, number>): Sample {
  const grams = [...signsOf(weighed, reply.business)]
    .map((gram) => rows.get(gram))
    .filter((place) => place !== undefined)
  const leaning = leaningOf(reply.kind, reply.rating, reply.conflict)
  const tellsReasons = isDissatisfied(reply.rating) || reply.conflict
  return {
    grams: Int32Array.from([...grams, rows.size]),
    business: rows.get(`@${reply.business}`) ?? -1,
    leaning: leaning === null ? -1 : leanings.indexOf(leaning),
    urgent: reply.urgent ? 1 : 0,
    reasons: tellsReasons
      ? learnedReasons.map((reason) =>
          reply.reasons.includes(reason) ? 1 : reply.reasons_opt?.includes(reason) ? -1 : 0,
        )
      : null,
  }
}

function teach(sample: Sample, weights: Float64Array, steps: Float64Array): void {
  const width = heads.length
  const { grams, business, leaning, urgent, reasons } = sample
  const scale = 1 / Math.sqrt(grams.length)
  const sums = new Float64Array(width)
  for (const place of grams)
    for (let head = 0; head < width; head += 1)
      sums[head] = (sums[head] as number) + (weights[place * width + head] as number) * scale
  const faults = new Float64Array(width)
  if (leaning >= 0) {
    const all = leanings.map((_, head) => Math.exp(sums[head] as number))
    const total = all.reduce((sum, each) => sum + each, 0)
    for (const [head, each] of all.entries())
      faults[head] = each / total - (head === leaning ? 1 : 0)
  }
  faults[urgentHead] = likelihood(sums[urgentHead] as number) - urgent
  for (const [index, value] of (reasons ?? []).entries())
    if (value >= 0)
      faults[reasonsFrom + index] = likelihood(sums[reasonsFrom + index] as number) - value
  for (const place of grams)
    for (let head = 0; head < width; head += 1) {
      const at = place * width + head
      if (faults[head] === 0 || (head === urgentHead && place === business)) continue
      const slope = (faults[head] as number) * scale + shrink * (weights[at] as number)
      steps[at] = (steps[at] as number) + slope * slope
      weights[at] = (weights[at] as number) - (firstStep * slope) / Math.sqrt(steps[at])
    }
}

/** The likelihood that a weighed sum stands for. */
export function likelihood(sum: number): number {
  return 1 / (1 + Math.exp(-sum))
}

/** One line a row of symbols: the row, then for each head for which it counts the head's letter and the weight. */
function written(rows: ReadonlyMap<string, number>, weights: Float64Array): string {
  const width = heads.length
  const line = (sign: string, place: number): string | null => {
    const own = heads.flatMap((_, head) => {
      const weight = Math.round((weights[place * width + head] as number) * unit)
      return Math.abs(weight) >= leastWeight ? [`${letterOf(head)}${weight}`] : []
    })
    return own.length > 0 ? `${sign} ${own.join('')}` : null
  }
  const lines = [...rows, ['*', rows.size] as const]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([sign, place]) => line(sign, place))
    .filter((each) => each !== null)
  return [...lines, ''].join('\n')
}

/** Weights are written as tenths. */
export const unit = 10
const leastWeight = 2

/** The letter of a head in the table of weights. */
export function letterOf(head: number): string {
  return String.fromCharCode(97 + head)
}

/** Numbers below one that only look random (Park and Miller). */
function numbersFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

function shuffle(order: number[], random: () => number): void {
  for (let at = order.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1))
    ;[order[at], order[other]] = [order[other] as number, order[at] as number]
  }
}
