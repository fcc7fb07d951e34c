import { sql, type Kysely } from 'kysely'

/** Another number of a citizen, found out for one callback: the source's own turned out to be nobody's. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw('ALTER TABLE callback ADD COLUMN other_phone_sealed bytea').execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql.raw('ALTER TABLE callback DROP COLUMN other_phone_sealed').execute(db)
}
