import { sql, type Kysely } from 'kysely'

/**
 * Whoever looks at a desk is told what changes. PostgreSQL sends a notification when the change commits and
 * never when it is undone, so it cannot tell of what did not happen. It carries a topic, the row's id, and
 * what decides who may hear of it; nothing that names a citizen.
 *
 * Another table joins in with: CREATE TRIGGER … EXECUTE FUNCTION tell_change('<topic>', '<id column>').
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
CREATE FUNCTION tell_change() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE TRIGGER tell_change
  AFTER INSERT OR UPDATE OF state, lease_holder, due_at, not_before, priority, attempts ON callback
  FOR EACH ROW EXECUTE FUNCTION tell_change('callbacks', 'id');
CREATE TRIGGER tell_change AFTER INSERT OR UPDATE OF answered_at ON callback_note
  FOR EACH ROW EXECUTE FUNCTION tell_change('callbacks', 'callback_id');
CREATE TRIGGER tell_change AFTER INSERT OR UPDATE OF state ON rating_review
  FOR EACH ROW EXECUTE FUNCTION tell_change('callbacks', 'callback_id');
CREATE TRIGGER tell_change AFTER INSERT OR UPDATE OF state ON triage
  FOR EACH ROW EXECUTE FUNCTION tell_change('triage', 'reply_id');
CREATE TRIGGER tell_change AFTER INSERT OR UPDATE OF state ON duty
  FOR EACH ROW EXECUTE FUNCTION tell_change('duty', 'reply_id');
CREATE TRIGGER tell_change AFTER INSERT OR UPDATE OF cleared_at ON alarm
  FOR EACH ROW EXECUTE FUNCTION tell_change('alarms', 'id');
CREATE TRIGGER tell_change AFTER UPDATE OF ended_at ON session
  FOR EACH ROW EXECUTE FUNCTION tell_change('session', 'id');
`,
    )
    .execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql.raw('DROP FUNCTION tell_change() CASCADE').execute(db)
}
