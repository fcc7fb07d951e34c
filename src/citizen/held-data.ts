import { sql, type RawBuilder } from 'kysely'
import type { SealContext } from '../foundation/core.ts'
import type { Id } from '../foundation/ids.ts'

/** A table that holds what names a citizen. A test finds tables and columns that are missing here. */
export interface HeldData {
  table: string
  /** The column by whose id (UUIDv7) a row's age is known. */
  idColumn: string
  /** Encrypted columns, and the context that opens them. */
  sealed: Readonly<Record<string, SealContext>>
  /** Other columns that may name somebody. */
  plain?: readonly string[]
  /** Columns by which a number or a name is found again. */
  hashes?: readonly ('phone_hash' | 'person_hash')[]
  /** Columns that may not be null: erased, they are empty. */
  required?: readonly string[]
  /** The row has no use once its words are gone. */
  wholeRow?: true
  /** The case that a row belongs to; of a reply to no case, the reply's own id. Null where many share a row. */
  caseOf: RawBuilder<Id> | null
  /** Finds the rows of cases through an index. */
  ofCases: (caseIds: readonly Id[]) => RawBuilder<boolean>
}

const uuids = (ids: readonly Id[]) => sql`${[...ids]}::uuid[]`
const callbacksOf = (ids: readonly Id[]) =>
  sql`(SELECT id FROM callback WHERE case_id = ANY(${uuids(ids)}))`
const ofCallbacks = {
  caseOf: (table: string) =>
    sql<Id>`(SELECT case_id FROM callback WHERE callback.id = ${sql.ref(`${table}.callback_id`)})`,
  ofCases: (ids: readonly Id[]) => sql<boolean>`callback_id IN ${callbacksOf(ids)}`,
}

/** Everything held about citizens: what is shown to them, erased for them, and checked for readable keys. */
export const heldData: readonly HeldData[] = [
  {
    table: 'transaction',
    idColumn: 'id',
    sealed: { phone_sealed: 'phone', name_sealed: 'name' },
    plain: ['item'],
    hashes: ['phone_hash', 'person_hash'],
    caseOf: sql`id`,
    ofCases: (ids) => sql`id = ANY(${uuids(ids)})`,
  },
  {
    table: 'amendment',
    idColumn: 'id',
    sealed: { row_sealed: 'row' },
    required: ['row_sealed'],
    caseOf: sql`transaction_id`,
    ofCases: (ids) => sql`transaction_id = ANY(${uuids(ids)})`,
  },
  {
    table: 'survey',
    idColumn: 'id',
    sealed: {},
    hashes: ['phone_hash'],
    required: ['phone_hash'],
    caseOf: sql`id`,
    ofCases: (ids) => sql`id = ANY(${uuids(ids)})`,
  },
  {
    table: 'message',
    idColumn: 'id',
    sealed: { phone_sealed: 'phone' },
    hashes: ['phone_hash'],
    required: ['phone_hash', 'phone_sealed'],
    caseOf: sql`case_id`,
    ofCases: (ids) =>
      sql`id IN (SELECT message_id FROM message_key WHERE case_id = ANY(${uuids(ids)}))`,
  },
  {
    table: 'reply',
    idColumn: 'id',
    sealed: { phone_sealed: 'phone', text_sealed: 'text', read_sealed: 'text' },
    hashes: ['phone_hash'],
    required: ['phone_hash', 'phone_sealed', 'text_sealed'],
    caseOf: sql`coalesce(case_id, id)`,
    ofCases: (ids) => sql`(case_id = ANY(${uuids(ids)}) OR id = ANY(${uuids(ids)}))`,
  },
  {
    table: 'callback',
    idColumn: 'id',
    sealed: { other_phone_sealed: 'phone' },
    caseOf: sql`case_id`,
    ofCases: (ids) => sql`case_id = ANY(${uuids(ids)})`,
  },
  {
    table: 'attempt',
    idColumn: 'id',
    sealed: { note_sealed: 'note', wish_sealed: 'note' },
    caseOf: ofCallbacks.caseOf('attempt'),
    ofCases: ofCallbacks.ofCases,
  },
  {
    table: 'callback_draft',
    idColumn: 'callback_id',
    sealed: { content_sealed: 'note' },
    required: ['content_sealed'],
    wholeRow: true,
    caseOf: ofCallbacks.caseOf('callback_draft'),
    ofCases: ofCallbacks.ofCases,
  },
  {
    table: 'callback_note',
    idColumn: 'id',
    sealed: { text_sealed: 'note' },
    required: ['text_sealed'],
    caseOf: ofCallbacks.caseOf('callback_note'),
    ofCases: ofCallbacks.ofCases,
  },
  {
    table: 'shift_note',
    idColumn: 'id',
    sealed: { text_sealed: 'note' },
    required: ['text_sealed'],
    caseOf: null,
    ofCases: () => sql`false`,
  },
  {
    table: 'inbound',
    idColumn: 'id',
    sealed: { body_sealed: 'body' },
    required: ['body_sealed'],
    caseOf: null,
    ofCases: () => sql`false`,
  },
]
