import { sql } from 'kysely'
import { nowPlus, type Queryable } from '../foundation/database.ts'

/** From one renewal to the end of the lease, by the database's clock. */
export const leaseSeconds = 6

/**
 * Takes or keeps the right to hear an application of the exchange: a second socket for it would silence the first.
 * Returns whether `holder` has it now. `connected` says that its socket is open, so that calls may begin.
 */
export async function holdLease(
  db: Queryable,
  lease: { application: string; holder: string; connected: boolean },
): Promise<boolean> {
  const result = await db
    .insertInto('exchangeLease')
    .values({ ...lease, until: nowPlus(leaseSeconds) })
    .onConflict((conflict) =>
      conflict
        .column('application')
        .doUpdateSet({
          holder: lease.holder,
          connected: lease.connected,
          until: nowPlus(leaseSeconds),
        })
        .where((eb) =>
          eb.or([
            eb('exchangeLease.holder', '=', lease.holder),
            eb('exchangeLease.until', '<=', sql<Date>`now()`),
          ]),
        ),
    )
    .executeTakeFirst()
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
}

/** Gives the right back, so that another process need not wait for its end. */
export async function giveUpLease(
  db: Queryable,
  lease: { application: string; holder: string },
): Promise<void> {
  await db
    .deleteFrom('exchangeLease')
    .where('application', '=', lease.application)
    .where('holder', '=', lease.holder)
    .execute()
}

/** Whether some process hears the exchange at this moment. */
export async function isHeard(db: Queryable, application: string): Promise<boolean> {
  const row = await db
    .selectFrom('exchangeLease')
    .select('connected')
    .where('application', '=', application)
    .where('until', '>', sql<Date>`now()`)
    .executeTakeFirst()
  return row?.connected ?? false
}
