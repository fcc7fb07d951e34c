import { sql, type Kysely } from 'kysely'

/** Days whose callbacks were drawn, and the proof that no case is drawn twice. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
CREATE TABLE callback_draw (
  day date PRIMARY KEY,
  drawn_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT, UPDATE, DELETE ON callback_draw TO huifang_app;
CREATE UNIQUE INDEX callback_drawn_once ON callback (case_id)
  WHERE origin IN ('sample', 'landline', 'undelivered');
`,
    )
    .execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql.raw('DROP INDEX callback_drawn_once; DROP TABLE callback_draw').execute(db)
}
