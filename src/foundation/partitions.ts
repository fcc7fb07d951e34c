import { sql } from 'kysely'
import type { Core } from './core.ts'

const monthsAhead = 3

/** Makes the partitions of the coming months, so that no insert ever meets a month without one. */
export async function ensurePartitions(deps: Pick<Core, 'db'>): Promise<void> {
  await sql`SELECT ensure_partitions(${monthsAhead}::int)`.execute(deps.db)
}
