import { sql } from 'kysely'
import { anyOf, type Queryable } from '../foundation/database.ts'
import { idSpan, idTime, type Id } from '../foundation/ids.ts'
import type { Core } from '../foundation/core.ts'
import type { Rating } from '../foundation/rating.ts'
import { whereInSight, type Sight } from '../unit/scope.ts'
import type { CaseView } from './schema/case.ts'
import { columns, type Callback } from './store.ts'

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

const has = (table: string) =>
  sql`EXISTS (SELECT FROM ${sql.table(table)} x WHERE x.callback_id = callback.id)`

/** The columns of a `ShownCallback`, for a statement that reads a row of `callback` or gives one back. */
export const shownColumns = sql.join([
  ...[
    ...columns,
    'dueProvisional',
    'closeReason',
    'finding',
    'laterRating',
    'otherPhoneSealed',
  ].map((name) => sql.ref(`callback.${name}`)),
  sql`(SELECT name FROM staff WHERE staff.id = callback.lease_holder) AS holder_name`,
  // Most that are claimed have none of these: then they need not be read.
  sql`${has('attempt')} AS attempted`,
  sql`${has('callback_note')} AS noted`,
  sql`${has('callback_draft')} AS drafted`,
])

export async function readCallback(db: Queryable, id: Id): Promise<ShownCallback | null> {
  const { rows } = await sql<ShownCallback>`
    SELECT ${shownColumns} FROM callback WHERE callback.id = ${id}`.execute(db)
  return rows[0] ?? null
}

/** What a case is about, and what was asked of the citizen. */
export async function readMatter(db: Queryable, caseId: Id) {
  const row = await db
    .selectFrom('transaction')
    .leftJoin('survey', 'survey.id', 'transaction.id')
    .select([
      'transaction.externalId',
      'transaction.business',
      'transaction.category',
      'transaction.item',
      'transaction.completedAt',
      'transaction.unitCode',
      'transaction.officerCodes',
      'transaction.phoneHash',
      'transaction.phoneSealed',
      'transaction.nameSealed',
      'survey.firstRating',
      'survey.sentAt',
    ])
    .where('transaction.id', '=', caseId)
    .executeTakeFirstOrThrow()
  return row as typeof row & { firstRating: Rating | null }
}

export async function readReplies(
  deps: Pick<Core, 'db' | 'vault' | 'clock'>,
  caseId: Id,
): Promise<CaseView['replies']> {
  const { first, last } = idSpan(idTime(caseId), deps.clock.now())
  const rows = await deps.db
    .selectFrom('reply')
    .select([
      'id',
      'receivedAt',
      'kind',
      'rating',
      'reasons',
      'urgent',
      'conflict',
      'confidence',
      'fit',
      'evidence',
    ])
    // Of a long reply in parts, what was read: evidence points into it.
    .select(sql<Buffer>`coalesce(read_sealed, text_sealed)`.as('textSealed'))
    .where('caseId', '=', caseId)
    .where('id', '>=', first)
    .where('id', '<=', last)
    .orderBy('id')
    .execute()
  return rows.map(({ textSealed, fit, evidence, rating, ...reply }) => ({
    ...reply,
    rating: rating as Rating | null,
    late: fit === 'late',
    evidence: evidence as unknown as CaseView['replies'][number]['evidence'],
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

const earlierAtMost = 10

/** Earlier matters of the same number, newest first; those of one's own unit are not shown (law 7). */
export async function readEarlier(
  deps: Pick<Core, 'db'>,
  caseId: Id,
  phoneHash: Buffer,
  sight: Sight,
) {
  const matters = await deps.db
    .selectFrom('transaction')
    .select(['id', 'externalId', 'business', 'item', 'unitCode', 'completedAt'])
    .where('phoneHash', '=', phoneHash)
    .where('id', '<>', caseId)
    .where(whereInSight('transaction.unit_code', sight))
    .orderBy('id', 'desc')
    .limit(earlierAtMost)
    .execute()
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
