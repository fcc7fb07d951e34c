import { sql, type Kysely } from 'kysely'

/** A raised rating of a callback that was drawn waits for a second person too, and has no complaint to find on. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE rating_review ALTER COLUMN proposed_finding DROP NOT NULL`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`UPDATE rating_review SET proposed_finding = 'not_upheld' WHERE proposed_finding IS NULL`.execute(
    db,
  )
  await sql`ALTER TABLE rating_review ALTER COLUMN proposed_finding SET NOT NULL`.execute(db)
}
