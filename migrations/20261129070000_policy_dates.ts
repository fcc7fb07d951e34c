import { sql, type Kysely } from 'kysely'

/** Policies that take effect on a day to come, the draft of the next one, and settings that never change once activated. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
ALTER TABLE policy_version
  ADD COLUMN in_force_at timestamptz,
  ADD COLUMN withdrawn_at timestamptz;
UPDATE policy_version SET in_force_at = activated_at;
ALTER TABLE policy_version
  ALTER COLUMN in_force_at SET NOT NULL,
  ALTER COLUMN in_force_at SET DEFAULT now();
COMMENT ON COLUMN policy_version.withdrawn_at IS 'Taken back before it came into force.';

CREATE FUNCTION policy_version_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'policy versions are kept';
  END IF;
  IF (NEW.version, NEW.settings, NEW.activated_at, NEW.activated_by, NEW.why, NEW.in_force_at)
    IS DISTINCT FROM (OLD.version, OLD.settings, OLD.activated_at, OLD.activated_by, OLD.why, OLD.in_force_at) THEN
    RAISE EXCEPTION 'what a policy version says never changes';
  END IF;
  IF OLD.withdrawn_at IS NOT NULL OR (NEW.withdrawn_at IS NOT NULL AND OLD.in_force_at <= now()) THEN
    RAISE EXCEPTION 'a policy version that came into force, or was withdrawn, stays as it is';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER policy_version_keep BEFORE UPDATE OR DELETE ON policy_version
  FOR EACH ROW EXECUTE FUNCTION policy_version_keep();

CREATE TABLE policy_draft (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  settings jsonb NOT NULL,
  based_on int,
  revision int NOT NULL DEFAULT 1,
  changed_by text NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE policy_draft IS 'The settings that administrators are working on, one draft at a time; based_on is the version that was in force then.';
GRANT SELECT, INSERT, UPDATE, DELETE ON policy_draft TO huifang_app;
`,
    )
    .execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
DROP TABLE policy_draft;
DROP TRIGGER policy_version_keep ON policy_version;
DROP FUNCTION policy_version_keep();
DELETE FROM policy_version WHERE withdrawn_at IS NOT NULL OR in_force_at > now();
ALTER TABLE policy_version DROP COLUMN in_force_at, DROP COLUMN withdrawn_at;
`,
    )
    .execute(db)
}
