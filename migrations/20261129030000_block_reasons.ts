import { sql, type Kysely } from 'kysely'

/** Why a number is not texted, and who said so. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `ALTER TABLE contact_block
        ADD COLUMN reason text NOT NULL DEFAULT '',
        ADD COLUMN added_by text NOT NULL DEFAULT 'system'`,
    )
    .execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql.raw('ALTER TABLE contact_block DROP COLUMN reason, DROP COLUMN added_by').execute(db)
}
