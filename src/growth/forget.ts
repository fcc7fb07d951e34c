import { sql } from 'kysely'
import { defer, eraseDeferred, eraseRows, openCases, recordErasure } from '../citizen/erase.ts'
import { heldData, type HeldData } from '../citizen/held-data.ts'
import type { Core } from '../foundation/core.ts'
import type { Tx } from '../foundation/database.ts'
import { idFloor, type Id } from '../foundation/ids.ts'
import type { Policy } from '../policy/policy.ts'
import { pruneSlots } from '../survey/prune.ts'

const sliceRows = 2_000
const nobody: Id = '00000000-0000-0000-0000-000000000000'

/**
 * Erases what names citizens once its purpose has ended: so many days after it came in, unless somebody
 * still works on the case; then as soon as nobody does. What is counted stays (PIPL art. 19 and 47). Goes on where it
 * stopped, in slices of their own transactions, and says whether more waits.
 */
export async function forget(deps: Core, policy: Policy): Promise<boolean> {
  const olderThan = await daysAgo(deps, policy.retention.citizenDataDays)
  let more = await forgetDeferred(deps, olderThan)
  for (const held of heldData) {
    more = (await forgetSlice(deps, held, olderThan)) || more
  }
  await pruneSlots(deps, sliceRows)
  return more
}

/** By the database's clock: a machine whose clock is ahead must not erase what is still needed. */
async function daysAgo({ db }: Core, days: number): Promise<Date> {
  const { rows } = await sql<{ at: Date }>`
    SELECT now() - make_interval(days => ${days}::int) AS at`.execute(db)
  return rows[0]!.at
}

async function forgetSlice(deps: Core, held: HeldData, olderThan: Date): Promise<boolean> {
  return deps.db.transaction().execute(async (tx) => {
    const mark = await tx
      .selectFrom('erasureMark')
      .select('erasedUntil')
      .where('tableName', '=', held.table)
      .executeTakeFirst()
    const id = sql.ref(held.idColumn)
    const { rows } = await sql<{ id: Id; caseId: Id | null }>`
      SELECT ${id} AS id, ${held.caseOf ?? sql`NULL`} AS case_id FROM ${sql.table(held.table)}
      WHERE ${id} > ${mark?.erasedUntil ?? nobody} AND ${id} < ${idFloor(olderThan)}
      ORDER BY ${id} LIMIT ${sliceRows}`.execute(tx)
    const last = rows.at(-1)
    if (!last) return false
    const open = await openCases(
      tx,
      rows.flatMap(({ caseId }) => (caseId === null ? [] : [caseId])),
    )
    const ended = rows.filter(({ caseId }) => caseId === null || !open.has(caseId))
    const erased = await eraseRows(
      tx,
      held,
      sql`${id} = ANY(${ended.map((row) => row.id)}::uuid[])`,
    )
    await defer(tx, [...open])
    await tx
      .insertInto('erasureMark')
      .values({ tableName: held.table, erasedUntil: last.id })
      .onConflict((conflict) => conflict.column('tableName').doUpdateSet({ erasedUntil: last.id }))
      .execute()
    await record(deps, tx, held.table, erased, olderThan)
    return rows.length === sliceRows
  })
}

async function forgetDeferred(deps: Core, olderThan: Date): Promise<boolean> {
  return deps.db.transaction().execute(async (tx) => {
    const { cases, rows } = await eraseDeferred(tx, sliceRows)
    await record(deps, tx, 'deferred cases', rows, olderThan)
    return cases === sliceRows
  })
}

function record(deps: Core, tx: Tx, what: string, rows: number, olderThan: Date): Promise<void> {
  const why = '使用目的已实现（policy retention.citizenDataDays）'
  return recordErasure(deps, tx, { rule: 'purpose_ended', what, rows, olderThan, why })
}
