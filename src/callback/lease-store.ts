import { sql } from 'kysely'
import type { Core } from '../foundation/core.ts'
import { nowPlus, type Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import { whereInSight, type Sight } from '../unit/scope.ts'
import { columns, type Callback } from './store.ts'

/**
 * Gives the next waiting callback to one person: people pull, and two who pull at once get two different
 * ones. Cases out of sight are not seen at all (law 7). Lease by the database's clock.
 */
export async function claimNext(
  tx: Tx,
  claim: { staffId: Id; sight: Sight; leaseSeconds: number },
): Promise<Callback | null> {
  const row = await tx
    .updateTable('callback')
    .set({
      state: 'claimed',
      leaseHolder: claim.staffId,
      leaseUntil: nowPlus(claim.leaseSeconds),
    })
    .where('id', '=', (eb) =>
      eb
        .selectFrom('callback')
        .select('id')
        .where('state', '=', 'waiting')
        .where('notBefore', '<=', sql<Date>`now()`)
        .where(whereInSight('callback.unit_code', claim.sight))
        .orderBy('priority', 'desc')
        .orderBy('dueAt')
        .limit(1)
        .forUpdate()
        .skipLocked(),
    )
    .where('state', '=', 'waiting')
    .returning(columns)
    .executeTakeFirst()
  return (row as Callback | undefined) ?? null
}

/** Gives one waiting callback to a person; null when somebody else was faster, or may not see it. */
export async function claimOne(
  tx: Tx,
  id: Id,
  claim: { staffId: Id; sight: Sight; leaseSeconds: number },
): Promise<Callback | null> {
  const row = await tx
    .updateTable('callback')
    .set({
      state: 'claimed',
      leaseHolder: claim.staffId,
      leaseUntil: nowPlus(claim.leaseSeconds),
    })
    .where('id', '=', id)
    .where('state', '=', 'waiting')
    .where(whereInSight('callback.unit_code', claim.sight))
    .returning(columns)
    .executeTakeFirst()
  return (row as Callback | undefined) ?? null
}

/** The callback if this person holds its lease at this moment and may still see it, locked; else null. */
export async function lockHeld(
  tx: Tx,
  id: Id,
  staffId: Id,
  sight: Sight,
): Promise<Callback | null> {
  const row = await tx
    .selectFrom('callback')
    .select(columns)
    .where('id', '=', id)
    .where('leaseHolder', '=', staffId)
    .where('leaseUntil', '>', sql<Date>`now()`)
    .where('state', 'in', ['claimed', 'talking'])
    .where(whereInSight('callback.unit_code', sight))
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
