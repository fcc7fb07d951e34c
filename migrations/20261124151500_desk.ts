import { sql, type Kysely } from 'kysely'

/** What the callback desk keeps: results that may still be undone, drafts, and words between colleagues. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(`
ALTER TABLE attempt
  ADD COLUMN wish_sealed bytea,
  ADD COLUMN next_state text CHECK (next_state IN ('waiting', 'resolved', 'unreachable', 'cancelled')),
  ADD COLUMN next_reason text,
  ADD COLUMN next_not_before timestamptz,
  ADD COLUMN settle_at timestamptz;
COMMENT ON COLUMN attempt.settle_at IS 'Until then the agent may undo it; null once what follows has been done.';
CREATE INDEX attempt_unsettled ON attempt (settle_at) WHERE settle_at IS NOT NULL;
CREATE UNIQUE INDEX attempt_one_unsettled ON attempt (callback_id) WHERE settle_at IS NOT NULL;
CREATE INDEX attempt_at ON attempt (at);

CREATE INDEX callback_lease_holder ON callback (lease_holder) WHERE lease_holder IS NOT NULL;
CREATE INDEX callback_closed ON callback (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX callback_opened ON callback (opened_at);

CREATE TABLE callback_draft (
  callback_id uuid NOT NULL REFERENCES callback,
  staff_id uuid NOT NULL,
  revision int NOT NULL,
  content_sealed bytea NOT NULL,
  saved_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (callback_id, staff_id)
);

CREATE TABLE callback_note (
  id uuid PRIMARY KEY,
  callback_id uuid NOT NULL REFERENCES callback,
  kind text NOT NULL CHECK (kind IN ('question', 'answer', 'handover')),
  by_staff uuid NOT NULL,
  to_staff uuid,
  at timestamptz NOT NULL DEFAULT now(),
  text_sealed bytea NOT NULL,
  answered_at timestamptz
);
CREATE INDEX ON callback_note (callback_id);
CREATE INDEX callback_note_open ON callback_note (at) WHERE kind = 'question' AND answered_at IS NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON callback_draft, callback_note TO huifang_app;
`)
    .execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(`
DROP TABLE callback_note, callback_draft;
DROP INDEX callback_opened, callback_closed, callback_lease_holder, attempt_at;
ALTER TABLE attempt
  DROP COLUMN settle_at, DROP COLUMN next_not_before, DROP COLUMN next_reason, DROP COLUMN next_state,
  DROP COLUMN wish_sealed;
`)
    .execute(db)
}
