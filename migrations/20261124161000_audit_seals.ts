import { sql, type Kysely } from 'kysely'

/**
 * Entries of the record are sealed in slots of a minute. An entry carries the slot that was open when it was
 * written; a slot is sealed once no transaction can add to it any more. The transaction takes its number
 * before it reads the slot, so whoever closed the slot can tell when all those are over that may have read
 * it. Nothing depends on numbers that a dump and restore would change.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
CREATE SEQUENCE audit_slot;
SELECT setval('audit_slot', 1, true);

CREATE FUNCTION open_audit_slot() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  slot bigint;
BEGIN
  PERFORM pg_current_xact_id();
  SELECT last_value INTO slot FROM public.audit_slot;
  RETURN slot;
END $$;

ALTER TABLE audit ADD COLUMN slot bigint NOT NULL DEFAULT open_audit_slot();
CREATE INDEX ON audit (slot, id);
CREATE INDEX ON audit (actor, id);
CREATE INDEX ON audit (subject, id);
CREATE INDEX ON audit (action, id);

CREATE TABLE audit_seal (
  slot bigint PRIMARY KEY,
  row_count int NOT NULL,
  first_id uuid,
  last_id uuid,
  content_hash bytea NOT NULL,
  previous_mac bytea NOT NULL,
  mac bytea NOT NULL,
  sealed_at timestamptz NOT NULL
);
COMMENT ON TABLE audit_seal IS 'Outlives the partitions of audit. The key of the mac is not in the database.';

-- When and in which slot is not for the writer to say.
REVOKE INSERT ON audit FROM huifang_app;
GRANT INSERT (id, actor, action, subject_kind, subject, details) ON audit TO huifang_app;
GRANT USAGE, SELECT ON SEQUENCE audit_slot TO huifang_app;
GRANT SELECT, INSERT ON audit_seal TO huifang_app;
`,
    )
    .execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
DROP TABLE audit_seal;
DROP INDEX audit_actor_id_idx, audit_subject_id_idx, audit_action_id_idx;
ALTER TABLE audit DROP COLUMN slot;
DROP FUNCTION open_audit_slot();
DROP SEQUENCE audit_slot;
REVOKE INSERT (id, actor, action, subject_kind, subject, details) ON audit FROM huifang_app;
GRANT INSERT ON audit TO huifang_app;
`,
    )
    .execute(db)
}
