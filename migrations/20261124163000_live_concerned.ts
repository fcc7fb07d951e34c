import { sql, type Kysely } from 'kysely'

/**
 * A reply may fit the cases of several units: a change of its triage or duty names them all. The duty waits
 * for the end of the transaction, in which its triage is written too.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
CREATE OR REPLACE FUNCTION tell_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changed jsonb := to_jsonb(NEW);
  unit text := changed->>'unit_code';
  concerned jsonb := changed->'concerned_units';
BEGIN
  IF TG_TABLE_NAME = 'duty' THEN
    SELECT to_jsonb(concerned_units) INTO concerned FROM triage WHERE reply_id = NEW.reply_id;
  END IF;
  IF unit IS NULL AND changed ? 'case_id' THEN
    SELECT unit_code INTO unit FROM transaction WHERE id = (changed->>'case_id')::uuid;
  ELSIF unit IS NULL AND changed ? 'callback_id' THEN
    SELECT unit_code INTO unit FROM callback WHERE id = (changed->>'callback_id')::uuid;
  END IF;
  PERFORM pg_notify('huifang_change', jsonb_build_object('topic', TG_ARGV[0], 'id', changed->>TG_ARGV[1],
    'unit', unit, 'concerned', concerned, 'staff', changed->>'staff_id')::text);
  RETURN NULL;
END $$;

DROP TRIGGER tell_change ON duty;
CREATE CONSTRAINT TRIGGER tell_change AFTER INSERT OR UPDATE OF state ON duty
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION tell_change('duty', 'reply_id');
`,
    )
    .execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
CREATE OR REPLACE FUNCTION tell_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changed jsonb := to_jsonb(NEW);
  unit text := changed->>'unit_code';
BEGIN
  IF unit IS NULL AND changed ? 'case_id' THEN
    SELECT unit_code INTO unit FROM transaction WHERE id = (changed->>'case_id')::uuid;
  ELSIF unit IS NULL AND changed ? 'callback_id' THEN
    SELECT unit_code INTO unit FROM callback WHERE id = (changed->>'callback_id')::uuid;
  END IF;
  PERFORM pg_notify('huifang_change', jsonb_build_object(
    'topic', TG_ARGV[0], 'id', changed->>TG_ARGV[1], 'unit', unit, 'staff', changed->>'staff_id')::text);
  RETURN NULL;
END $$;
DROP TRIGGER tell_change ON duty;
CREATE TRIGGER tell_change AFTER INSERT OR UPDATE OF state ON duty
  FOR EACH ROW EXECUTE FUNCTION tell_change('duty', 'reply_id');
`,
    )
    .execute(db)
}
