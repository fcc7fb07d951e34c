import { sql } from 'kysely'
import type { Tx } from '../foundation/database.ts'
import { idFloor } from '../foundation/ids.ts'

/**
 * Removes entries of the feed from its beginning, up to `limit`, whose outcomes are older; returns how many.
 * The newest entry stays whatever its age, for the next number follows it.
 */
export async function pruneFeed(tx: Tx, before: Date, limit: number): Promise<number> {
  const removed = await sql`
    DELETE FROM feed WHERE seq IN (SELECT seq FROM feed ORDER BY seq LIMIT ${limit})
      AND outcome_row_id < ${idFloor(before)} AND seq < (SELECT max(seq) FROM feed)`.execute(tx)
  return Number(removed.numAffectedRows ?? 0n)
}
