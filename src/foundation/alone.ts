import { sql } from 'kysely'
import type { Database } from './database.ts'

/**
 * Does `work` while no other process does any under this name, all of it in one session; null when another
 * is at it. The lock is the session's: a process that dies gives it up, and no transaction stays open
 * meanwhile, which would keep vacuum from its work.
 */
export async function doAlone<T>(
  db: Database,
  name: string,
  work: (db: Database) => Promise<T>,
): Promise<T | null> {
  return db.connection().execute(async (session) => {
    const lock = sql`hashtext(${`huifang.${name}`})`
    const { rows } = await sql<{ mine: boolean }>`
      SELECT pg_try_advisory_lock(${lock}) AS mine`.execute(session)
    if (!rows[0]?.mine) return null
    try {
      return await work(session)
    } finally {
      await sql`SELECT pg_advisory_unlock(${lock})`.execute(session)
    }
  })
}
