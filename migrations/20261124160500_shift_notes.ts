import { sql, type Kysely } from 'kysely'

/** What one shift tells the next. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(`
CREATE TABLE shift_note (
  id uuid PRIMARY KEY,
  by_staff uuid NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  text_sealed bytea NOT NULL
);
CREATE INDEX ON shift_note (at);
GRANT SELECT, INSERT, UPDATE, DELETE ON shift_note TO huifang_app;
`)
    .execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql.raw('DROP TABLE shift_note').execute(db)
}
