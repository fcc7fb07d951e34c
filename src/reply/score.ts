import { readFile } from 'node:fs/promises'
import {
  commonScales,
  isDissatisfied,
  ratings,
  type OptionScale,
  type Rating,
} from '../foundation/rating.ts'
import { parseScale } from './classify.ts'
import type { Reader } from './reader.ts'
import { standardReader } from './understand.ts'
import { replyKinds, type ReplyKind, type ReplyReason, type Verdict } from './verdict.ts'

/** A labelled reply. The optional fields are further answers that count as right. */
export interface LabelledReply {
  id: string
  /** The name of a scale in common use, or what each figure means. */
  scale: string | OptionScale
  business: string
  text: string
  kind: ReplyKind
  rating: Rating | null
  reasons: ReplyReason[]
  urgent: boolean
  conflict: boolean
  alt?: (Rating | null)[]
  alt_kind?: ReplyKind[]
  reasons_opt?: ReplyReason[]
  /** Flags that may be set or not. */
  either?: ('conflict' | 'urgent')[]
}

/** Right answers out of those asked for. */
export interface Share {
  hits: number
  of: number
}

/** The figures by which a reader of replies is judged. */
export interface Score {
  ratingRight: Share
  dissatisfiedFound: Share
  dissatisfiedReadAsSatisfied: Share
  falseRating: Share
  kindRight: Share
  conflictFound: Share
  conflictFalseAlarms: Share
  urgentFound: Share
  urgentFalseAlarms: Share
  reasonsFound: Share
  reasonsRight: Share
  /** Labelled rating → read rating → how many; `none` for no rating. */
  confusion: Record<string, Record<string, number>>
  /** The replies that were misread in any way, and in which ways. */
  wrong: { reply: LabelledReply; verdict: Verdict; faults: string[] }[]
}

/** Scores a reader on the labelled replies of an NDJSON file. Throws on a line that is no labelled reply. */
export async function scoreFile(
  path: string,
  reader: Pick<Reader, 'understand'> = standardReader,
): Promise<Score> {
  return scoreReplies(labelledReplies(await readFile(path, 'utf8')), reader)
}

/** The labelled replies of an NDJSON text. */
export function labelledReplies(ndjson: string): LabelledReply[] {
  return ndjson.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return []
    try {
      return [labelledReply(line)]
    } catch {
      throw new Error(`line ${index + 1} is no labelled reply`)
    }
  })
}

function labelledReply(line: string): LabelledReply {
  const reply = JSON.parse(line) as LabelledReply
  const isLabelled =
    typeof reply.text === 'string' &&
    replyKinds.includes(reply.kind) &&
    (reply.rating === null || ratings.includes(reply.rating)) &&
    parseScale(reply.scale) !== null
  if (!isLabelled) throw new Error('text, kind, rating or scale is missing')
  return { ...reply, reasons: reply.reasons ?? [] }
}

/** Reads labelled replies and counts. */
export function scoreReplies(
  replies: readonly LabelledReply[],
  reader: Pick<Reader, 'understand'> = standardReader,
): Score {
  const score = emptyScore()
  for (const reply of replies) {
    const scale = parseScale(reply.scale) ?? commonScales['1-3']
    count(score, reply, reader.understand(reply.text, { scale, business: reply.business }))
  }
  return score
}

function emptyScore(): Score {
  const share = (): Share => ({ hits: 0, of: 0 })
  return {
    ratingRight: share(),
    dissatisfiedFound: share(),
    dissatisfiedReadAsSatisfied: share(),
    falseRating: share(),
    kindRight: share(),
    conflictFound: share(),
    conflictFalseAlarms: share(),
    urgentFound: share(),
    urgentFalseAlarms: share(),
    reasonsFound: share(),
    reasonsRight: share(),
    confusion: {},
    wrong: [],
  }
}

function count(score: Score, reply: LabelledReply, verdict: Verdict): void {
  const read = clamp(verdict.rating, reply.scale)
  const accepted = [reply.rating, ...(reply.alt ?? [])].map((rating) => clamp(rating, reply.scale))
  const right = accepted.includes(read) && (!reply.conflict || verdict.conflict)
  const kindRight = [reply.kind, ...(reply.alt_kind ?? [])].includes(verdict.kind)
  add(score.ratingRight, right)
  add(score.kindRight, kindRight)
  const row = (score.confusion[clamp(reply.rating, reply.scale) ?? 'none'] ??= {})
  row[read ?? 'none'] = (row[read ?? 'none'] ?? 0) + 1
  if (isDissatisfied(reply.rating) && accepted.every(isDissatisfied)) {
    add(score.dissatisfiedFound, isDissatisfied(read))
    add(score.dissatisfiedReadAsSatisfied, read === 'satisfied' || read === 'very_satisfied')
  }
  if (reply.rating === null && !reply.conflict)
    add(score.falseRating, read !== null && !accepted.includes(read))
  if (reply.conflict) add(score.conflictFound, verdict.conflict)
  else if (!mayBe(reply, 'conflict')) add(score.conflictFalseAlarms, verdict.conflict)
  if (reply.urgent) add(score.urgentFound, verdict.urgent)
  else if (!mayBe(reply, 'urgent')) add(score.urgentFalseAlarms, verdict.urgent)
  const reasonsRight =
    !(isDissatisfied(reply.rating) || reply.conflict) || countReasons(score, reply, verdict)
  const checks: [string, boolean][] = [
    ['rating', right],
    ['kind', kindRight],
    ['conflict', verdict.conflict === reply.conflict || mayBe(reply, 'conflict')],
    ['urgent', verdict.urgent === reply.urgent || mayBe(reply, 'urgent')],
    ['reasons', reasonsRight],
  ]
  const faults = checks.filter(([, passed]) => !passed).map(([name]) => name)
  if (faults.length > 0) score.wrong.push({ reply, verdict, faults })
}

function mayBe(reply: LabelledReply, flag: 'conflict' | 'urgent'): boolean {
  return reply.either?.includes(flag) === true
}

/** Whether none is missing and none is too many. */
function countReasons(score: Score, reply: LabelledReply, verdict: Verdict): boolean {
  const allowed = new Set([...reply.reasons, ...(reply.reasons_opt ?? [])])
  for (const reason of reply.reasons) add(score.reasonsFound, verdict.reasons.includes(reason))
  for (const reason of verdict.reasons) add(score.reasonsRight, allowed.has(reason))
  return (
    reply.reasons.every((reason) => verdict.reasons.includes(reason)) &&
    verdict.reasons.every((reason) => allowed.has(reason))
  )
}

function add(share: Share, hit: boolean): void {
  share.of += 1
  if (hit) share.hits += 1
}

/** Scale 1-3 knows no "very". */
function clamp(rating: Rating | null, scale: LabelledReply['scale']): Rating | null {
  if (scale !== '1-3') return rating
  if (rating === 'very_satisfied') return 'satisfied'
  return rating === 'very_dissatisfied' ? 'dissatisfied' : rating
}

/** The part of the whole that was right; 1 where nothing was asked. */
export function rateOf({ hits, of }: Share): number {
  return of === 0 ? 1 : hits / of
}

const names: [keyof Omit<Score, 'confusion' | 'wrong'>, string][] = [
  ['ratingRight', 'rating right'],
  ['dissatisfiedFound', 'dissatisfied found'],
  ['dissatisfiedReadAsSatisfied', 'dissatisfied read as satisfied'],
  ['falseRating', 'false rating where there is none'],
  ['kindRight', 'kind right'],
  ['conflictFound', 'conflict found'],
  ['conflictFalseAlarms', 'conflict false alarms'],
  ['urgentFound', 'urgent found'],
  ['urgentFalseAlarms', 'urgent false alarms'],
  ['reasonsFound', 'reasons found'],
  ['reasonsRight', 'reasons right'],
]

/** The figures as people read them. */
export function reportOf(score: Score): string {
  const lines = names.map(([key, name]) => {
    const { hits, of } = score[key]
    return `${name.padEnd(34)} ${hits}/${of}${of === 0 ? '' : ` ${((100 * hits) / of).toFixed(1)} %`}`
  })
  const columns = [...ratings, 'none']
  const table = columns
    .filter((row) => score.confusion[row] !== undefined)
    .map(
      (row) =>
        row.padEnd(22) +
        columns.map((column) => String(score.confusion[row]?.[column] ?? 0).padStart(7)).join(''),
    )
  const head =
    'labelled \\ read'.padEnd(22) +
    columns.map((column) => shortNames[column]?.padStart(7)).join('')
  const wrong = score.wrong.map(
    ({ reply, verdict, faults }) =>
      `WRONG ${faults.join('+')} ${reply.id} ${JSON.stringify(reply.scale)} ${JSON.stringify(reply.text)} ${summaryOf(reply)} | read ${summaryOf(verdict)}`,
  )
  return `${[...lines, '', head, ...table, ...wrong].join('\n')}\n`
}

function summaryOf(what: LabelledReply | Verdict): string {
  const flags = [what.conflict ? 'conflict' : '', what.urgent ? 'urgent' : '']
  return [what.kind, what.rating ?? 'none', ...what.reasons, ...flags]
    .filter((word) => word !== '')
    .join(' ')
}

const shortNames: Record<string, string> = {
  very_satisfied: 'very+',
  satisfied: 'sat',
  basically_satisfied: 'basic',
  dissatisfied: 'dis',
  very_dissatisfied: 'very-',
  none: 'none',
}
