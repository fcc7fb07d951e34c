import { sql, type Kysely } from 'kysely'

/**
 * The latest matters of a number are asked for in the order of their ids. With an index on the number alone the
 * planner may read the whole primary key backwards in the hope of meeting some; one index that knows both leaves
 * it no such choice.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE INDEX transaction_of_number ON transaction (phone_hash, id)
    WHERE phone_hash IS NOT NULL`.execute(db)
  await sql`DROP INDEX transaction_phone_hash_idx`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE INDEX ON transaction (phone_hash) WHERE phone_hash IS NOT NULL`.execute(db)
  await sql`DROP INDEX transaction_of_number`.execute(db)
}
