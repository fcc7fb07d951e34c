import { sql, type RawBuilder } from 'kysely'
import type { Core } from '../foundation/core.ts'
import { nowPlus, type Queryable, type Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import { whereInSight, type Sight } from '../unit/scope.ts'
import { shownColumns, type ShownCallback } from './case-store.ts'
import { columns, type Callback } from './store.ts'

export interface Claim {
  staffId: Id
  sight: Sight
  leaseSeconds: number
  /** Written with the claim; see `auditOf`. */
  audit: RawBuilder<unknown>
}

/**
 * Gives the next waiting callback to one person: people pull, and two who pull at once get two different
 * ones. Cases out of sight are not seen at all (law 7). Lease by the database's clock.
 */
export async function claimNext(db: Queryable, claim: Claim): Promise<ShownCallback | null> {
  return claimOf(
    db,
    claim,
    sql`SELECT c.id FROM callback c
      WHERE c.state = 'waiting' AND c.not_before <= now() AND ${whereInSight('c.unit_code', claim.sight)}
      ORDER BY c.priority DESC, c.due_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
  )
}

/** Gives one waiting callback to a person; null when somebody else was faster, or may not see it. */
export async function claimOne(db: Queryable, id: Id, claim: Claim): Promise<ShownCallback | null> {
  return claimOf(
    db,
    claim,
    sql`SELECT c.id FROM callback c
      WHERE c.id = ${id} AND c.state = 'waiting' AND ${whereInSight('c.unit_code', claim.sight)} FOR UPDATE`,
  )
}

/** The name of the row that a claim changed, for its audit. */
export const claimedRow = 'claimed'

// One statement, and so one transaction: people wait for it.
async function claimOf(
  db: Queryable,
  { staffId, leaseSeconds, audit }: Claim,
  wanted: RawBuilder<unknown>,
): Promise<ShownCallback | null> {
  const { rows } = await sql<ShownCallback>`
    WITH claimed AS (
      UPDATE callback SET state = 'claimed', lease_holder = ${staffId}, lease_until = ${nowPlus(leaseSeconds)}
      WHERE id = (${wanted}) AND state = 'waiting' RETURNING ${shownColumns}),
    audited AS (${audit})
    SELECT * FROM claimed`.execute(db)
  return rows[0] ?? null
}

/** The callback if this person holds its lease at this moment and may still see it (asked before, when `sight` is null), locked; else null. */
export async function lockHeld(
  tx: Tx,
  id: Id,
  staffId: Id,
  sight: Sight | null,
): Promise<Callback | null> {
  const row = await tx
    .selectFrom('callback')
    .select(columns)
    .where('id', '=', id)
    .where('leaseHolder', '=', staffId)
    .where('leaseUntil', '>', sql<Date>`now()`)
    .where('state', 'in', ['claimed', 'talking'])
    .$if(sight !== null, (query) => query.where(whereInSight('callback.unit_code', sight!)))
    .forUpdate()
    .executeTakeFirst()
  return (row as Callback | undefined) ?? null
}

export async function extendLease(tx: Tx, id: Id, leaseSeconds: number): Promise<Date> {
  const row = await tx
    .updateTable('callback')
    .set({ leaseUntil: nowPlus(leaseSeconds) })
    .where('id', '=', id)
    .returning('leaseUntil')
    .executeTakeFirstOrThrow()
  return row.leaseUntil!
}

/** Whoever talks keeps the callback, also when the page is gone. */
export async function keepTalking(
  db: Queryable,
  by: { callbackId: Id; staffId: Id; leaseSeconds: number },
): Promise<void> {
  await db
    .updateTable('callback')
    .set({ leaseUntil: sql`greatest(lease_until, ${nowPlus(by.leaseSeconds)})` })
    .where('id', '=', by.callbackId)
    .where('leaseHolder', '=', by.staffId)
    .where('state', '=', 'talking')
    .where('leaseUntil', 'is not', null)
    .execute()
}

/** The lease goes to somebody else, from whoever holds it or from the queue. */
export async function passLease(
  tx: Tx,
  id: Id,
  to: { staffId: Id; leaseSeconds: number },
): Promise<boolean> {
  const result = await tx
    .updateTable('callback')
    .set((eb) => ({
      state: eb.case().when('state', '=', 'waiting').then('claimed').else(eb.ref('state')).end(),
      leaseHolder: to.staffId,
      leaseUntil: nowPlus(to.leaseSeconds),
    }))
    .where('id', '=', id)
    .where('state', 'in', ['waiting', 'claimed', 'talking'])
    // A result that may still be undone stays with the one who recorded it.
    .where((eb) => eb.or([eb('state', '=', 'waiting'), eb('leaseUntil', 'is not', null)]))
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** Leases that ran out: their callbacks wait again. Returns how many. */
export async function returnExpiredLeases(deps: Pick<Core, 'db'>): Promise<number> {
  const result = await deps.db
    .updateTable('callback')
    .set({ state: 'waiting', leaseHolder: null, leaseUntil: null })
    .where('leaseUntil', '<=', sql<Date>`now()`)
    .where('state', 'in', ['claimed', 'talking'])
    .executeTakeFirst()
  return Number(result.numUpdatedRows)
}
