import type { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
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

// No reply comes near this length; what is longer is no list of replies.
const mostLineLength = 1_000_000

/**
 * Reads replies as NDJSON and writes one verdict a line, in the order of the lines. A line that cannot be
 * read is answered with its number and the reason; the others go on. Waits whenever the reader of the output
 * does, and ends quietly when that one has had enough.
 */
export async function classifyStream(
  input: Readable,
  output: Writable,
  options: { explain?: boolean } = {},
): Promise<void> {
  try {
    await pipeline(input, (chunks) => answersTo(chunks, options.explain === true), output, {
      end: false,
    })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
  }
}

/** The answers to all lines that each chunk completes: the first ones leave before the input ends. */
async function* answersTo(chunks: Readable, explain: boolean): AsyncGenerator<string> {
  // Not readline, which also ends lines at U+2028, as JSON does not.
  chunks.setEncoding('utf8')
  let number = 0
  let rest = ''
  let tooLong = false
  const answer = (line: string): string => {
    number += 1
    const isCut = tooLong
    tooLong = false
    if (isCut) return `${refusalOf(undefined, number, 'line is too long')}\n`
    return line.trim() === '' ? '' : `${answerTo(line, number, explain)}\n`
  }
  for await (const chunk of chunks) {
    const lines = (rest + (chunk as string)).split('\n')
    rest = lines.pop() as string
    if (rest.length > mostLineLength) {
      tooLong = true
      rest = ''
    }
    yield lines.map(answer).join('')
  }
  if (rest !== '' || tooLong) yield answer(rest)
}

function refusalOf(id: string | number | undefined, line: number, reason: string): string {
  return JSON.stringify({ ...(id === undefined ? {} : { id }), error: { line, reason } })
}

function answerTo(text: string, line: number, explain: boolean): string {
  const parsed = parseLine(text)
  if ('reason' in parsed) return refusalOf(parsed.id, line, parsed.reason)
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
