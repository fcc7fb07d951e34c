import { createHash } from 'node:crypto'

/** An entry as it is hashed: every field as text, just as the database writes it. */
export interface SealedRow {
  id: string
  slot: number
  atMicros: string
  actor: string
  action: string
  subjectKind: string
  subject: string
  details: string
}

/** What a slot holds: how many entries, from which to which, and their hash in the order of their ids. */
export interface SlotContent {
  rowCount: number
  firstId: string | null
  lastId: string | null
  contentHash: Buffer
}

export interface Seal extends SlotContent {
  slot: number
  previousMac: Buffer
  mac: Buffer
  sealedAt: Date
}

/** Before the first seal. */
export const noMac = Buffer.alloc(32)

/** Takes the entries of one slot in the order of their ids. */
export function slotHasher(): { add(row: SealedRow): void; content(): SlotContent } {
  const hash = createHash('sha256')
  let rowCount = 0
  let firstId: string | null = null
  let lastId: string | null = null
  return {
    add(row) {
      hash.update(
        framed([
          row.id,
          String(row.slot),
          row.atMicros,
          row.actor,
          row.action,
          row.subjectKind,
          row.subject,
          row.details,
        ]),
      )
      rowCount++
      firstId ??= row.id
      lastId = row.id
    },
    content: () => ({ rowCount, firstId, lastId, contentHash: hash.copy().digest() }),
  }
}

/** What the mac of a seal covers. */
export function sealedText(seal: Omit<Seal, 'mac'>): string {
  return framed([
    String(seal.slot),
    String(seal.rowCount),
    seal.firstId ?? '',
    seal.lastId ?? '',
    seal.contentHash.toString('hex'),
    seal.previousMac.toString('hex'),
    seal.sealedAt.toISOString(),
  ])
}

export function sameContent(a: SlotContent, b: SlotContent): boolean {
  return (
    a.rowCount === b.rowCount &&
    a.firstId === b.firstId &&
    a.lastId === b.lastId &&
    a.contentHash.equals(b.contentHash)
  )
}

/** With each field's length before it, no two lists of fields read the same. */
const framed = (fields: readonly string[]) =>
  fields.map((field) => `${Buffer.byteLength(field)}:${field}`).join('')
