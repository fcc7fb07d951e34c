import { sql, type Kysely } from 'kysely'

/** What really came of the transactions that a dry run looked at, counted once. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw('ALTER TABLE dry_run ADD COLUMN real jsonb').execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql.raw('ALTER TABLE dry_run DROP COLUMN real').execute(db)
}
