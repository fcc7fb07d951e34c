import { sql, type Kysely } from 'kysely'

/** What the carrier says became of a text to a phone on duty. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE alarm_rung
    ADD COLUMN delivery text CHECK (delivery IN ('delivered', 'undelivered')),
    ADD COLUMN delivered_at timestamptz`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE alarm_rung DROP COLUMN delivery, DROP COLUMN delivered_at`.execute(db)
}
