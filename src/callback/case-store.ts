import { sql, type Selectable } from 'kysely'
import { anyOf, type Queryable } from '../foundation/database.ts'
import type { DB } from '../foundation/db-types.ts'
import { idSpan, idTime, type Id } from '../foundation/ids.ts'
import type { Core } from '../foundation/core.ts'
import type { Rating } from '../foundation/rating.ts'
import { whereInSight, type Sight } from '../unit/scope.ts'
import type { CaseView } from './schema/case.ts'
import type { Callback } from './store.ts'

// What a case's screen shows, read. People wait for it: whatever is reached by the same id is one statement.

/** A callback with what its case shows of it. */
export interface ShownCallback
  extends
    Callback,
    Pick<CaseView['callback'], 'dueProvisional' | 'closeReason' | 'finding' | 'laterRating'> {
  holderName: string | null
  otherPhoneSealed: Buffer | null
  attempted: boolean
  noted: boolean
  drafted: boolean
}

/**
 * The columns of a `ShownCallback`, for a statement that reads a row of `callback` or gives one back. As text, like
 * all that is read at every claim: to put a statement together from its parts takes longer than to run it.
 */
export const shownColumns = sql`
  callback.id, callback.case_id, callback.origin, callback.state, callback.unit_code, callback.opened_at,
  callback.due_at, callback.due_provisional, callback.not_before, callback.attempts, callback.lease_holder,
  callback.lease_until, callback.close_reason, callback.finding, callback.later_rating, callback.other_phone_sealed,
  (SELECT name FROM staff WHERE staff.id = callback.lease_holder) AS holder_name,
  EXISTS (SELECT FROM attempt x WHERE x.callback_id = callback.id) AS attempted,
  EXISTS (SELECT FROM callback_note x WHERE x.callback_id = callback.id) AS noted,
  EXISTS (SELECT FROM callback_draft x WHERE x.callback_id = callback.id) AS drafted`

export async function readCallback(db: Queryable, id: Id): Promise<ShownCallback | null> {
  const { rows } = await sql<ShownCallback>`
    SELECT ${shownColumns} FROM callback WHERE callback.id = ${id}`.execute(db)
  return rows[0] ?? null
}

type Matter = Pick<
  Selectable<DB['transaction']>,
  | 'externalId'
  | 'business'
  | 'category'
  | 'item'
  | 'completedAt'
  | 'unitCode'
  | 'officerCodes'
  | 'phoneHash'
  | 'phoneSealed'
  | 'nameSealed'
> & {
  firstRating: Rating | null
  sentAt: Date | null
}

/** What a case is about, and what was asked of the citizen. */
export async function readMatter(db: Queryable, caseId: Id) {
  const { rows } = await sql<Matter>`
    SELECT t.external_id, t.business, t.category, t.item, t.completed_at, t.unit_code, t.officer_codes,
      t.phone_hash, t.phone_sealed, t.name_sealed, s.first_rating, s.sent_at
    FROM transaction t LEFT JOIN survey s ON s.id = t.id WHERE t.id = ${caseId}`.execute(db)
  return rows[0]!
}

type ReplyRow = Omit<CaseView['replies'][number], 'late' | 'text'> & {
  fit: string
  textSealed: Buffer
}

export async function readReplies(
  deps: Pick<Core, 'db' | 'vault' | 'clock'>,
  caseId: Id,
): Promise<CaseView['replies']> {
  const { first, last } = idSpan(idTime(caseId), deps.clock.now())
  // Of a long reply in parts, what was read: evidence points into it.
  const { rows } = await sql<ReplyRow>`
    SELECT id, received_at, kind, rating, reasons, urgent, conflict, confidence, fit, evidence,
      coalesce(read_sealed, text_sealed) AS text_sealed
    FROM reply WHERE case_id = ${caseId} AND id BETWEEN ${first} AND ${last} ORDER BY id`.execute(
    deps.db,
  )
  return rows.map(({ textSealed, fit, ...reply }) => ({
    ...reply,
    late: fit === 'late',
    text: deps.vault.open(textSealed, 'text'),
  }))
}

export async function readAttempts(deps: Pick<Core, 'db' | 'vault'>, callbackId: Id) {
  const rows = await deps.db
    .selectFrom('attempt')
    .innerJoin('staff', 'staff.id', 'attempt.byStaff')
    .select([
      'attempt.id',
      'ordinal',
      'result',
      'at',
      'staff.name as by',
      'rating',
      'finding',
      'reasons',
      'wishSealed',
      'noteSealed',
      'settleAt',
    ])
    .where('callbackId', '=', callbackId)
    .orderBy('ordinal')
    .execute()
  const open = (sealed: Buffer | null) => sealed && deps.vault.open(sealed, 'note')
  return rows.map(({ wishSealed, noteSealed, ...row }) => ({
    ...(row as typeof row & Pick<CaseView['attempts'][number], 'result' | 'rating' | 'finding'>),
    wish: open(wishSealed),
    note: open(noteSealed),
  }))
}

type EarlierRow = Pick<
  Selectable<DB['transaction']>,
  'id' | 'externalId' | 'business' | 'item' | 'unitCode' | 'completedAt'
>

const earlierAtMost = 10

/** Earlier matters of the same number, newest first; those of one's own unit are not shown (law 7). */
export async function readEarlier(
  deps: Pick<Core, 'db'>,
  caseId: Id,
  phoneHash: Buffer,
  sight: Sight,
) {
  const { rows: matters } = await sql<EarlierRow>`
    SELECT id, external_id, business, item, unit_code, completed_at FROM transaction
    WHERE phone_hash = ${phoneHash} AND id <> ${caseId} AND ${whereInSight('transaction.unit_code', sight)}
    ORDER BY id DESC LIMIT ${earlierAtMost}`.execute(deps.db)
  if (matters.length === 0) return []
  const ids = matters.map(({ id }) => id)
  const [surveys, callbacks] = await Promise.all([
    deps.db
      .selectFrom('survey')
      .select(['id', 'disposition'])
      .where('id', '=', anyOf(ids))
      .execute(),
    deps.db
      .selectFrom('callback')
      .select(['caseId', 'state'])
      .where('caseId', '=', anyOf(ids))
      .orderBy('id')
      .execute(),
  ])
  const results = new Map(surveys.map((row) => [row.id, row.disposition]))
  // Of several callbacks of a case the newest counts.
  const states = new Map(callbacks.map((row) => [row.caseId, row.state]))
  return matters.map(({ id, ...matter }) => ({
    ...matter,
    result: results.get(id) ?? null,
    callbackState: (states.get(id) ?? null) as CaseView['earlier'][number]['callbackState'],
  }))
}

export async function readNotes(
  deps: Pick<Core, 'db' | 'vault'>,
  callbackId: Id,
): Promise<CaseView['notes']> {
  const rows = await deps.db
    .selectFrom('callbackNote')
    .innerJoin('staff', 'staff.id', 'callbackNote.byStaff')
    .select(['callbackNote.id', 'kind', 'staff.name as by', 'at', 'textSealed'])
    .where('callbackId', '=', callbackId)
    .orderBy('callbackNote.id')
    .execute()
  return rows.map(({ textSealed, kind, ...row }) => ({
    ...row,
    kind: kind as CaseView['notes'][number]['kind'],
    text: deps.vault.open(textSealed, 'note'),
  }))
}
