import { sql, type Kysely } from 'kysely'

/**
 * Texts to the phones on duty about alarms that nobody takes: one row for each rung and phone, committed
 * before the call.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
CREATE TABLE alarm_rung (
  id uuid PRIMARY KEY,
  alarm_id uuid NOT NULL REFERENCES alarm ON DELETE CASCADE,
  rung smallint NOT NULL,
  recipient smallint NOT NULL,
  state text NOT NULL DEFAULT 'submitting' CHECK (state IN ('submitting', 'accepted', 'rejected', 'unknown')),
  code text,
  climbed_at timestamptz NOT NULL DEFAULT now(),
  settled_at timestamptz,
  UNIQUE (alarm_id, rung, recipient)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON alarm_rung TO huifang_app;
ALTER TABLE template_version DROP CONSTRAINT template_version_purpose_check;
ALTER TABLE template_version ADD CONSTRAINT template_version_purpose_check
  CHECK (purpose IN ('ask', 'reminder', 'thanks', 'announce', 'unreachable', 'closing', 'duty'));
`,
    )
    .execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
DROP TABLE alarm_rung;
DELETE FROM template_version WHERE purpose = 'duty';
ALTER TABLE template_version DROP CONSTRAINT template_version_purpose_check;
ALTER TABLE template_version ADD CONSTRAINT template_version_purpose_check
  CHECK (purpose IN ('ask', 'reminder', 'thanks', 'announce', 'unreachable', 'closing'));
`,
    )
    .execute(db)
}
