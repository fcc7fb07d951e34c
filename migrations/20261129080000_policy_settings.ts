import { sql, type Kysely } from 'kysely'

/** What the settings of contact floor, spending and working calendar stand on. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
ALTER TABLE open_survey ADD COLUMN floor_until timestamptz;
COMMENT ON COLUMN open_survey.floor_until IS 'Until then the number is not asked about anything, however important.';
ALTER TABLE sending_rate
  ADD COLUMN spent_day date,
  ADD COLUMN spent_segments bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN sending_rate.spent_segments IS 'Segments of the texts taken to be sent on spent_day (Asia/Shanghai).';
ALTER TABLE callback ADD COLUMN due_provisional boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN callback.due_provisional IS 'The arrangement of holidays of a year that due_at was counted through was not known.';
CREATE INDEX callback_due_provisional ON callback (id) WHERE due_provisional;
`,
    )
    .execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
ALTER TABLE callback DROP COLUMN due_provisional;
ALTER TABLE sending_rate DROP COLUMN spent_day, DROP COLUMN spent_segments;
ALTER TABLE open_survey DROP COLUMN floor_until;
`,
    )
    .execute(db)
}
