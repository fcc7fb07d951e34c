import { sql, type Kysely } from 'kysely'

/** What policies and texts would have done with the transactions of the past. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
CREATE TABLE dry_run (
  id uuid PRIMARY KEY,
  state text NOT NULL CHECK (state IN ('running', 'done', 'failed', 'cancelled')),
  wanted jsonb NOT NULL,
  looked_at int NOT NULL DEFAULT 0,
  to_look_at int NOT NULL DEFAULT 0,
  result jsonb,
  failure text,
  started_by text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  told_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz
);
COMMENT ON COLUMN dry_run.told_at IS 'When the process that runs it last said how far it is.';
CREATE UNIQUE INDEX dry_run_one_at_a_time ON dry_run (state) WHERE state = 'running';
GRANT SELECT, INSERT, UPDATE, DELETE ON dry_run TO huifang_app;
`,
    )
    .execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql.raw('DROP TABLE dry_run').execute(db)
}
