import { sql, type Kysely } from 'kysely'

/**
 * The replies of a case are asked for with a bound on their ids, which names the months to look in. With an
 * index on the case alone the planner may read the primary key from that bound to its end for every case,
 * at a cost that grows with the month; one index that knows both leaves it no such choice.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE INDEX reply_of_case ON reply (case_id, id) WHERE case_id IS NOT NULL`.execute(db)
  await sql`DROP INDEX reply_case_id_idx`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE INDEX ON reply (case_id) WHERE case_id IS NOT NULL`.execute(db)
  await sql`DROP INDEX reply_of_case`.execute(db)
}
