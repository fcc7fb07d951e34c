import { sql, type Kysely } from 'kysely'

/**
 * What the writer of a word to the next shift belonged to and worked for when it was written: it may be about
 * any case that the writer saw, and is for those alone who may see all of them.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(`
ALTER TABLE shift_note ADD COLUMN unit_code text, ADD COLUMN scope_code text;
UPDATE shift_note n SET unit_code = s.unit_code, scope_code = s.scope_code
FROM staff s WHERE s.id = n.by_staff;
ALTER TABLE shift_note ALTER COLUMN unit_code SET NOT NULL, ALTER COLUMN scope_code SET NOT NULL;
`)
    .execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql.raw('ALTER TABLE shift_note DROP COLUMN unit_code, DROP COLUMN scope_code').execute(db)
}
