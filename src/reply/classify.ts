import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import {
  commonScales,
  ratingNames,
  ratings,
  type OptionScale,
  type Rating,
} from '../foundation/rating.ts'
import { understand } from './understand.ts'
import type { Verdict } from './verdict.ts'

/** One line of the input, as `classify` accepts it. */
export interface ClassifyInput {
  id?: string | number
  /** A common scale's name, or what each figure means. */
  scale: string | OptionScale
  business?: string
  text: string
}

/**
 * Reads replies as NDJSON and writes one verdict a line, in the order of the lines. A line that cannot be
 * read is answered with its number and the reason; the others go on. Waits whenever the reader of the output does.
 */
export async function classifyStream(
  input: Readable,
  output: Writable,
  options: { explain?: boolean } = {},
): Promise<void> {
  let line = 0
  for await (const text of createInterface({ input, crlfDelay: Infinity })) {
    line += 1
    if (text.trim() === '') continue
    const answer = answerTo(text, line, options.explain === true)
    if (!output.write(`${answer}\n`)) await once(output, 'drain')
  }
}

function answerTo(text: string, line: number, explain: boolean): string {
  const parsed = parseLine(text)
  if ('reason' in parsed) {
    const { id, reason } = parsed
    return JSON.stringify({ ...(id === undefined ? {} : { id }), error: { line, reason } })
  }
  const { id, scale, business, text: reply } = parsed
  const verdict = understand(reply, { scale, ...(business === undefined ? {} : { business }) })
  return explain
    ? explanationOf(id, reply, verdict)
    : JSON.stringify({ id: id ?? null, ...verdict })
}

type ParsedLine =
  | {
      id: string | number | undefined
      scale: OptionScale
      business: string | undefined
      text: string
    }
  | { id: string | number | undefined; reason: string }

function parseLine(line: string): ParsedLine {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return { id: undefined, reason: 'not JSON' }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { id: undefined, reason: 'not an object' }
  const { id: givenId, scale: givenScale, business, text } = value as Record<string, unknown>
  const id = typeof givenId === 'string' || typeof givenId === 'number' ? givenId : undefined
  if (typeof text !== 'string') return { id, reason: 'text is missing or no string' }
  const scale = parseScale(givenScale)
  if (scale === null)
    return { id, reason: 'scale is neither 1-3, 1-5, 5-1 nor a mapping of figures to ratings' }
  return { id, scale, business: typeof business === 'string' ? business : undefined, text }
}

/** A scale by its name or as a mapping; null for anything else. */
export function parseScale(value: unknown): OptionScale | null {
  if (typeof value === 'string')
    return Object.hasOwn(commonScales, value)
      ? commonScales[value as keyof typeof commonScales]
      : null
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const entries = Object.entries(value)
  const isScale =
    entries.length > 0 && entries.every(([, rating]) => ratings.includes(rating as Rating))
  return isScale ? (value as OptionScale) : null
}

/** The verdict and what it rests on, for people. */
export function explanationOf(
  id: string | number | undefined,
  text: string,
  verdict: Verdict,
): string {
  const rating = verdict.rating === null ? '无评价' : ratingNames[verdict.rating]
  const flags = [
    verdict.urgent ? '紧急' : '',
    verdict.conflict ? '矛盾' : '',
    verdict.reasons.join(' '),
  ]
  const head = [
    verdict.kind,
    rating,
    ...flags.filter((flag) => flag !== ''),
    verdict.confidence.toFixed(2),
  ]
  const spans = verdict.evidence.map(
    ({ rule, says, start, end }) =>
      `    ${rule} → ${says}: ${JSON.stringify(text.slice(start, end))}`,
  )
  return [`${id ?? ''}  ${JSON.stringify(text)}`, `  ${head.join(' | ')}`, ...spans].join('\n')
}
