import { sql, type Kysely } from 'kysely'

/**
 * Calls that an exchange makes. The row says where a call stands and what was asked of the exchange; a job
 * only starts or repairs it. One call at a time of a callback and of a phone, whatever any process believes.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
ALTER TABLE staff ADD COLUMN extension text UNIQUE
  CHECK (extension ~ '^[0-9A-Za-z_-]{1,32}$');
COMMENT ON COLUMN staff.extension IS 'The phone that rings when this person calls somebody: its name at the exchange.';

CREATE TABLE call (
  id uuid PRIMARY KEY,
  callback_id uuid NOT NULL,
  case_id uuid NOT NULL,
  staff_id uuid NOT NULL,
  unit_code text NOT NULL,
  extension text NOT NULL,
  caller_id text,
  state text NOT NULL DEFAULT 'requested' CHECK (state IN
    ('requested', 'agent_ringing', 'connecting', 'citizen_ringing', 'talking', 'ending', 'ended')),
  result text CHECK (result IN ('answered', 'busy', 'no_answer', 'rejected', 'invalid_number', 'unreachable',
    'failed', 'agent_no_answer', 'agent_busy', 'agent_rejected', 'agent_cancelled', 'unknown')),
  heard text CHECK (heard IN ('progress', 'ringing')),
  stopped_by text CHECK (stopped_by IN ('agent', 'timer')),
  ended_by text CHECK (ended_by IN ('agent', 'citizen')),
  cause int,
  sip_code int,
  requested_at timestamptz NOT NULL DEFAULT now(),
  agent_answered_at timestamptz,
  citizen_dialled_at timestamptz,
  citizen_answered_at timestamptz,
  agent_ended_at timestamptz,
  citizen_ended_at timestamptz,
  ended_at timestamptz,
  look_at timestamptz NOT NULL DEFAULT now(),
  recording_mode text NOT NULL DEFAULT 'off' CHECK (recording_mode IN ('off', 'on', 'ask')),
  recording text NOT NULL DEFAULT 'none' CHECK (recording IN
    ('none', 'notice', 'running', 'ended', 'stored', 'failed', 'erased')),
  recording_bytes int,
  attempt_id uuid,
  CHECK ((state = 'ended') = (ended_at IS NOT NULL)),
  CHECK (state NOT IN ('ending', 'ended') OR result IS NOT NULL)
);
COMMENT ON COLUMN call.look_at IS 'When somebody has to look whether the exchange still has what the row says.';
COMMENT ON COLUMN call.citizen_dialled_at IS 'Written before the citizen''s phone is rung, and never a second time.';
CREATE UNIQUE INDEX call_one_of_a_callback ON call (callback_id) WHERE state <> 'ended';
CREATE UNIQUE INDEX call_one_of_a_phone ON call (extension) WHERE state <> 'ended';
CREATE INDEX call_open ON call (look_at) WHERE state <> 'ended';
CREATE INDEX call_recordings_to_fetch ON call (look_at) WHERE recording IN ('running', 'ended');
CREATE INDEX call_of_a_callback ON call (callback_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON call TO huifang_app;
CREATE TRIGGER tell_change AFTER INSERT OR UPDATE OF state, heard, recording ON call
  FOR EACH ROW EXECUTE FUNCTION tell_change('calls', 'callback_id');

CREATE TABLE exchange_lease (
  application text PRIMARY KEY,
  holder text NOT NULL,
  until timestamptz NOT NULL,
  connected boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE exchange_lease IS 'Which process hears an application of the exchange: a second socket would take the first one''s place.';
GRANT SELECT, INSERT, UPDATE, DELETE ON exchange_lease TO huifang_app;
`,
    )
    .execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw('DROP TABLE exchange_lease, call; ALTER TABLE staff DROP COLUMN extension')
    .execute(db)
}
