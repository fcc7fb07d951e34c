import type { SealContext } from '../foundation/core.ts'

/** A table that holds what names a citizen. A test finds tables that are missing here. */
export interface HeldData {
  table: string
  /** The column by whose id (UUIDv7) a row's age is known. */
  idColumn: string
  /** Encrypted columns, and the context that opens them. */
  sealed: Readonly<Record<string, SealContext>>
  /** The column by which a number is found again, where there is one. */
  hashColumn?: 'phone_hash'
}

/** Everything held about citizens: what is exported to them, erased for them, and checked for readable keys. */
export const heldData: readonly HeldData[] = [
  {
    table: 'transaction',
    idColumn: 'id',
    sealed: { phone_sealed: 'phone', name_sealed: 'name' },
    hashColumn: 'phone_hash',
  },
  { table: 'amendment', idColumn: 'id', sealed: { row_sealed: 'row' } },
  { table: 'survey', idColumn: 'id', sealed: {}, hashColumn: 'phone_hash' },
  {
    table: 'message',
    idColumn: 'id',
    sealed: { phone_sealed: 'phone' },
    hashColumn: 'phone_hash',
  },
  { table: 'inbound', idColumn: 'id', sealed: { body_sealed: 'body' } },
  {
    table: 'reply',
    idColumn: 'id',
    sealed: { phone_sealed: 'phone', text_sealed: 'text' },
    hashColumn: 'phone_hash',
  },
  { table: 'attempt', idColumn: 'id', sealed: { note_sealed: 'note', wish_sealed: 'note' } },
  { table: 'callback_draft', idColumn: 'callback_id', sealed: { content_sealed: 'note' } },
  { table: 'callback_note', idColumn: 'id', sealed: { text_sealed: 'note' } },
]
