import { sql, type RawBuilder } from 'kysely'
import type { Core } from '../foundation/core.ts'
import type { Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import { heldData, type HeldData } from './held-data.ts'

/** Why something was erased: its purpose or its term ended, or the citizen asked for it. */
export type ErasureRule = 'purpose_ended' | 'retention_ended' | 'citizen_asked'

/** Keeps what was erased, never about whom, in the transaction of the erasure itself. */
export async function recordErasure(
  deps: Pick<Core, 'newId'>,
  tx: Tx,
  erasure: { rule: ErasureRule; what: string; rows: number; olderThan: Date | null; why: string },
): Promise<void> {
  if (erasure.rows === 0) return
  await tx
    .insertInto('erasure')
    .values({ id: deps.newId(), ...erasure })
    .execute()
}

/** Erases what names a citizen in these rows; the facts that are counted stay. Returns how many rows. */
export async function eraseRows(
  tx: Tx,
  held: HeldData,
  where: RawBuilder<boolean>,
): Promise<number> {
  const table = sql.table(held.table)
  const cleared = [...Object.keys(held.sealed), ...(held.plain ?? []), ...(held.hashes ?? [])].map(
    (column) =>
      held.required?.includes(column)
        ? sql`${sql.ref(column)} = ''::bytea`
        : sql`${sql.ref(column)} = NULL`,
  )
  const result = held.wholeRow
    ? await sql`DELETE FROM ${table} WHERE ${where}`.execute(tx)
    : await sql`UPDATE ${table} SET ${sql.join(cleared)} WHERE ${where}`.execute(tx)
  return Number(result.numAffectedRows ?? 0n)
}

/** Erases what names the citizens of these cases, in every table. Returns how many rows. */
export async function eraseCases(tx: Tx, caseIds: readonly Id[]): Promise<number> {
  let rows = 0
  for (const held of heldData) rows += await eraseRows(tx, held, held.ofCases(caseIds))
  return rows
}

/** Those of the cases (or replies to none) on which somebody or something still works: their purpose has not ended. */
export async function openCases(tx: Tx, caseIds: readonly Id[]): Promise<Set<Id>> {
  if (caseIds.length === 0) return new Set()
  const ids = sql`${[...caseIds]}::uuid[]`
  const { rows } = await sql<{ id: Id }>`
    SELECT id FROM survey WHERE id = ANY(${ids})
      AND state IN ('scheduled', 'submitting', 'unknown', 'open')
    UNION SELECT m.case_id FROM message_key k JOIN message m ON m.id = k.message_id
      WHERE k.case_id = ANY(${ids}) AND m.state IN ('queued', 'submitting', 'unknown')
    UNION SELECT case_id FROM callback
      WHERE case_id = ANY(${ids}) AND state IN ('waiting', 'claimed', 'talking')
    UNION SELECT c.case_id FROM callback c JOIN rating_review r ON r.callback_id = c.id
      WHERE c.case_id = ANY(${ids}) AND r.state = 'waiting'
    UNION SELECT coalesce(case_id, reply_id) FROM triage
      WHERE state = 'waiting' AND coalesce(case_id, reply_id) = ANY(${ids})
    UNION SELECT coalesce(case_id, reply_id) FROM duty
      WHERE state = 'ringing' AND coalesce(case_id, reply_id) = ANY(${ids})`.execute(tx)
  return new Set(rows.map(({ id }) => id))
}

/** Has these cases erased as soon as nobody works on them any more. */
export async function defer(tx: Tx, caseIds: readonly Id[]): Promise<void> {
  if (caseIds.length === 0) return
  await tx
    .insertInto('erasureDeferred')
    .values(caseIds.map((caseId) => ({ caseId })))
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Erases deferred cases, up to `limit`, on which nobody works any more. */
export async function eraseDeferred(
  tx: Tx,
  limit: number,
): Promise<{ cases: number; rows: number }> {
  const waiting = await tx
    .selectFrom('erasureDeferred')
    .select('caseId')
    .orderBy('caseId')
    .limit(limit)
    .execute()
  const caseIds = waiting.map(({ caseId }) => caseId)
  const open = await openCases(tx, caseIds)
  const ended = caseIds.filter((caseId) => !open.has(caseId))
  if (ended.length === 0) return { cases: 0, rows: 0 }
  const rows = await eraseCases(tx, ended)
  await tx.deleteFrom('erasureDeferred').where('caseId', 'in', ended).execute()
  return { cases: ended.length, rows }
}
