import { createHash } from 'node:crypto'
import { parseProviderTime } from './provider-time.ts'

/** A reply as the provider pushes it (help.aliyun.com/document_detail/101847.html). It names no text of ours. */
export interface SmsUp {
  /** As received, not normalised. */
  phone: string
  content: string
  /** When the carrier handed the reply over; null where the provider's time is missing or unreadable. */
  sentAt: Date | null
  /** The extension number that was answered to; empty where the provider names none. */
  destCode: string
  sequenceId: string | null
  /** Absent in today's payload, present in older ones. */
  signature: string | null
}

/** A delivery receipt as the provider pushes it (help.aliyun.com/document_detail/101867.html). */
export interface SmsReport {
  /** As received, not normalised. */
  phone: string
  success: boolean
  /** Of the carrier: see `deliveryMeaning`. */
  errorCode: string
  sentAt: Date | null
  reportedAt: Date | null
  /** Texts that were billed. */
  segments: number | null
  /** One for the whole request: only with the number does it name one text. */
  bizId: string | null
  outId: string | null
}

export interface PushItem<T> {
  /** Position in the push. */
  index: number
  /** The same for every delivery of the same item; holds no number in clear. */
  dedupeKey: string
  value: T
}

export interface UnusableItem {
  index: number
  reason: 'not_object' | `${string}_missing` | `${string}_invalid`
}

/**
 * A push as read. `probe`: holds nothing, such as the console's test call when the address is saved.
 * `unreadable`: holds something that nobody understood, so a person must look at it.
 */
export type Push<T> =
  | { kind: 'items'; items: PushItem<T>[]; unusable: UnusableItem[] }
  | { kind: 'probe' }
  | { kind: 'unreadable'; reason: 'not_json' | 'not_items' }

/** Keyed hash of a number as received; must not throw, whatever stands in the number's place. */
export type HashPhone = (phone: string) => string

/** Reads the body of an SmsUp push. Never throws; an unusable item does not stop the others. */
export function parseSmsUp(body: string, hashPhone: HashPhone): Push<SmsUp> {
  return parsePush(body, readSmsUp, (up) => [
    'up',
    hashPhone(up.phone),
    up.destCode,
    up.sentAt?.toISOString() ?? '',
    up.sequenceId ?? '',
    up.content,
  ])
}

/** Reads the body of an SmsReport push. Never throws; an unusable item does not stop the others. */
export function parseSmsReport(body: string, hashPhone: HashPhone): Push<SmsReport> {
  return parsePush(body, readSmsReport, (report) => [
    'report',
    report.bizId ?? '',
    // A request without an id of its own is told by ours.
    report.bizId === null ? (report.outId ?? '') : '',
    hashPhone(report.phone),
    // REQUEST_SUCCESS ("no word from the carrier yet") may be followed by the real one, which is new.
    String(report.success),
    report.errorCode,
  ])
}

type Fields = Record<string, unknown>
type ReadItem<T> = (fields: Fields) => T | UnusableItem['reason']

function parsePush<T extends object>(
  body: string,
  read: ReadItem<T>,
  keyParts: (value: T) => string[],
): Push<T> {
  if (body.trim() === '') return { kind: 'probe' }
  let parsed: unknown
  try {
    parsed = JSON.parse(body)
  } catch {
    return { kind: 'unreadable', reason: 'not_json' }
  }
  if (isEmpty(parsed)) return { kind: 'probe' }
  // The queue mode delivers single objects, and so does many a hand-made test.
  if (isFields(parsed) && !('phone_number' in parsed)) {
    return { kind: 'unreadable', reason: 'not_items' }
  }
  if (typeof parsed !== 'object') return { kind: 'unreadable', reason: 'not_items' }

  const items: PushItem<T>[] = []
  const unusable: UnusableItem[] = []
  for (const [index, entry] of (Array.isArray(parsed) ? parsed : [parsed]).entries()) {
    const value = isFields(entry) ? read(entry) : 'not_object'
    if (typeof value === 'string') unusable.push({ index, reason: value })
    else items.push({ index, value, dedupeKey: digest(keyParts(value)) })
  }
  return { kind: 'items', items, unusable }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === '') return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

function readSmsUp(fields: Fields): SmsUp | UnusableItem['reason'] {
  const phone = shortText(fields.phone_number)
  if (!phone) return phone === '' ? 'phone_number_missing' : 'phone_number_invalid'
  const content = text(fields.content)
  if (content === null) return 'content_missing'
  const destCode = shortText(fields.dest_code)
  if (destCode === null) return 'dest_code_invalid'
  const sequenceId = shortText(fields.sequence_id)
  if (sequenceId === null) return 'sequence_id_invalid'
  return {
    phone,
    content,
    sentAt: time(fields.send_time),
    destCode,
    sequenceId: sequenceId || null,
    signature: shortText(fields.sign_name) || null,
  }
}

function readSmsReport(fields: Fields): SmsReport | UnusableItem['reason'] {
  const phone = shortText(fields.phone_number)
  if (!phone) return phone === '' ? 'phone_number_missing' : 'phone_number_invalid'
  const success = truth(fields.success)
  if (success === null) return 'success_missing'
  const bizId = shortText(fields.biz_id)
  const outId = shortText(fields.out_id)
  if (!bizId && !outId) return 'biz_id_missing'
  const size = Number(text(fields.sms_size) ?? '')
  return {
    phone,
    success,
    errorCode: shortText(fields.err_code) ?? '',
    sentAt: time(fields.send_time),
    reportedAt: time(fields.report_time),
    segments: Number.isSafeInteger(size) && size > 0 ? size : null,
    bizId: bizId || null,
    outId: outId || null,
  }
}

/** Pages of different age give one field as a string, a whole number or a float; null for anything else. */
function text(value: unknown): string | null {
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'string') return null
  // PostgreSQL takes no NUL in a text.
  return value.replaceAll('\0', '')
}

// Far above any real one: what is longer would not fit into an index.
const longestName = 256

/** A name or a code: empty where the field is absent, null where it holds what no such field can. */
function shortText(value: unknown): string | null {
  if (value === undefined || value === null) return ''
  const read = text(value)
  return read === null || read.length > longestName ? null : read.trim()
}

function time(value: unknown): Date | null {
  const read = text(value)
  return read === null ? null : parseProviderTime(read)
}

function truth(value: unknown): boolean | null {
  if (typeof value === 'boolean') return value
  if (value === 'true') return true
  return value === 'false' ? false : null
}

function digest(parts: string[]): string {
  // As JSON, so that no two lists of parts run into the same line.
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
