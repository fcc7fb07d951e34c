import { sql } from 'kysely'
import type { Core } from '../foundation/core.ts'

/** Removes slots of numbers that may be asked again: of no use once no late reply can look for its survey. */
export async function pruneSlots({ db }: Pick<Core, 'db'>, limit: number): Promise<void> {
  await sql`DELETE FROM open_survey WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM open_survey WHERE free_at < now() - interval '7 days' LIMIT ${limit}))`.execute(
    db,
  )
}
