import { sql, type Kysely } from 'kysely'

/**
 * The house in one go. Rules of this schema:
 * - One id walks the whole way: a transaction's id is also the id of its case and of its survey.
 * - `look_at` is the time at which a machine must next look at a row; null when nothing is due. With the
 *   row's state it is the proof of due work (the outbox of law 2), found through a partial index.
 * - Tables that grow are partitioned by month over UUIDv7 ids; what must be unique across months stands
 *   in a small unpartitioned key table. There are no foreign keys between partitioned tables.
 * - `*_sealed` is AES-256-GCM, `phone_hash` is HMAC-SHA-256 (law 10).
 */
const partitionedTables = [
  'transaction',
  'suppression',
  'survey',
  'message',
  'inbound',
  'reply',
  'outcome',
  'audit',
]

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, roles)
  await run(db, people)
  await run(db, intake)
  await run(db, surveys)
  await run(db, messages)
  await run(db, inbound)
  await run(db, callbacks)
  await run(db, outcomes)
  await run(db, partitions)
  await sql`SELECT ensure_partitions(3)`.execute(db)
  await run(db, grants)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    DROP FUNCTION ensure_partitions(int);
    DROP FUNCTION partition_bound(timestamptz);
    DROP TABLE partitioned_table, feed, outbox, outcome_key, outcome, rating_review, attempt, callback,
      duty, triage, reply, inbound_key, inbound, sending_pause, message_key, message, open_survey, survey,
      suppression, amendment, transaction_key, transaction, contact_block, policy_version,
      template_version, alarm, audit, access_key, source, staff, officer_version, unit_version CASCADE;
    `,
  )
}

async function run(db: Kysely<unknown>, statements: string): Promise<void> {
  await sql.raw(statements).execute(db)
}

// The role is shared by all databases of a server, so it may stand already, or be made by another
// database's migration at this moment.
const roles = `
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'huifang_app') THEN
    CREATE ROLE huifang_app NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
DO $$ BEGIN
  -- Since PostgreSQL 16 the maker of a role may grant it, but not become it, until it is granted.
  EXECUTE format('GRANT huifang_app TO %I', current_user);
EXCEPTION WHEN insufficient_privilege OR internal_error THEN
  -- Somebody who administers the server has granted it, or grants it at this moment.
  NULL;
END $$;
`

const people = `
CREATE TABLE unit_version (
  code text NOT NULL,
  valid_from date NOT NULL,
  name text NOT NULL,
  parent_code text,
  head_name text,
  head_code text,
  closed boolean NOT NULL DEFAULT false,
  PRIMARY KEY (code, valid_from)
);
COMMENT ON TABLE unit_version IS 'The version in force on a day is the one with the greatest valid_from up to that day.';

CREATE TABLE officer_version (
  code text NOT NULL,
  valid_from date NOT NULL,
  name text NOT NULL,
  unit_code text NOT NULL,
  closed boolean NOT NULL DEFAULT false,
  PRIMARY KEY (code, valid_from)
);

CREATE TABLE staff (
  id uuid PRIMARY KEY,
  name text NOT NULL UNIQUE,
  role text NOT NULL CHECK (role IN ('agent', 'supervisor', 'handler', 'administrator', 'auditor')),
  unit_code text NOT NULL,
  active boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE source (
  name text PRIMARY KEY,
  silent_after_minutes int CHECK (silent_after_minutes > 0),
  last_pushed_at timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE access_key (
  id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('source', 'feed', 'staff')),
  holder text NOT NULL,
  key_hash bytea NOT NULL UNIQUE,
  scopes text[] NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  revoked_at timestamptz
);
COMMENT ON COLUMN access_key.holder IS 'source: its name; staff: the id; feed: the name of the pipeline.';

CREATE TABLE audit (
  id uuid PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  actor text NOT NULL,
  action text NOT NULL,
  subject_kind text NOT NULL,
  subject text NOT NULL,
  details jsonb NOT NULL DEFAULT '{}'
) PARTITION BY RANGE (id);

CREATE TABLE alarm (
  id uuid PRIMARY KEY,
  kind text NOT NULL,
  subject text NOT NULL,
  message text NOT NULL,
  raised_at timestamptz NOT NULL DEFAULT now(),
  told_at timestamptz,
  cleared_at timestamptz
);
CREATE UNIQUE INDEX alarm_standing ON alarm (kind, subject) WHERE cleared_at IS NULL;

CREATE TABLE template_version (
  id uuid PRIMARY KEY,
  key text NOT NULL,
  version int NOT NULL,
  purpose text NOT NULL CHECK (purpose IN ('ask', 'reminder', 'thanks', 'announce', 'unreachable', 'closing')),
  business text,
  signature text NOT NULL,
  provider_code text NOT NULL,
  body text NOT NULL,
  scale jsonb,
  state text NOT NULL CHECK (state IN ('draft', 'active', 'retired')),
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (key, version),
  CHECK ((purpose IN ('ask', 'reminder')) = (scale IS NOT NULL))
);
CREATE UNIQUE INDEX template_active ON template_version (purpose, coalesce(business, '')) WHERE state = 'active';

CREATE TABLE policy_version (
  version int PRIMARY KEY,
  settings jsonb NOT NULL,
  activated_at timestamptz NOT NULL DEFAULT now(),
  activated_by text NOT NULL,
  why text NOT NULL
);

CREATE TABLE contact_block (
  phone_hash bytea NOT NULL,
  kind text NOT NULL CHECK (kind IN ('opt_out', 'provider_block', 'wrong_person', 'staff_number', 'excluded')),
  since timestamptz NOT NULL DEFAULT now(),
  until timestamptz,
  origin text NOT NULL,
  PRIMARY KEY (phone_hash, kind)
);
`

const intake = `
CREATE TABLE transaction (
  id uuid PRIMARY KEY,
  source text NOT NULL,
  external_id text NOT NULL,
  business text NOT NULL,
  category text,
  unit_code text NOT NULL,
  officer_codes text[] NOT NULL DEFAULT '{}',
  phone_hash bytea,
  phone_sealed bytea,
  name_sealed bytea,
  item text,
  flags text[] NOT NULL DEFAULT '{}',
  completed_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  withdrawn_at timestamptz
) PARTITION BY RANGE (id);
CREATE INDEX ON transaction (phone_hash) WHERE phone_hash IS NOT NULL;

CREATE TABLE transaction_key (
  source text NOT NULL,
  external_id text NOT NULL,
  transaction_id uuid NOT NULL,
  content_hash bytea NOT NULL,
  PRIMARY KEY (source, external_id)
);

CREATE TABLE amendment (
  id uuid PRIMARY KEY,
  transaction_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('amended', 'cancelled')),
  applied boolean NOT NULL,
  row_sealed bytea NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON amendment (transaction_id);

CREATE TABLE suppression (
  transaction_id uuid PRIMARY KEY,
  reason text NOT NULL,
  unit_code text NOT NULL,
  business text NOT NULL,
  at timestamptz NOT NULL DEFAULT now()
) PARTITION BY RANGE (transaction_id);
`

const surveys = `
CREATE TABLE survey (
  id uuid PRIMARY KEY,
  state text NOT NULL CHECK (state IN
    ('scheduled', 'submitting', 'open', 'answered', 'expired', 'closed', 'unknown', 'failed')),
  disposition text,
  failure text,
  business text NOT NULL,
  unit_code text NOT NULL,
  phone_hash bytea NOT NULL,
  signature text NOT NULL,
  template_version_id uuid NOT NULL,
  priority smallint NOT NULL,
  send_at timestamptz NOT NULL,
  sent_at timestamptz,
  expires_at timestamptz,
  late_until timestamptz,
  answered_at timestamptz,
  late boolean NOT NULL DEFAULT false,
  first_rating text,
  look_at timestamptz
) PARTITION BY RANGE (id);
CREATE INDEX ON survey (look_at) WHERE look_at IS NOT NULL;

CREATE TABLE open_survey (
  phone_hash bytea NOT NULL,
  signature text NOT NULL,
  survey_id uuid NOT NULL,
  priority smallint NOT NULL,
  free_at timestamptz NOT NULL,
  PRIMARY KEY (phone_hash, signature)
);
COMMENT ON TABLE open_survey IS 'At most one open survey per number and signature: the provider''s replies name no message.';
`

const messages = `
CREATE TABLE message (
  id uuid PRIMARY KEY,
  case_id uuid NOT NULL,
  purpose text NOT NULL,
  phone_hash bytea NOT NULL,
  phone_sealed bytea NOT NULL,
  template_version_id uuid NOT NULL,
  params jsonb NOT NULL DEFAULT '{}',
  priority smallint NOT NULL DEFAULT 0,
  state text NOT NULL CHECK (state IN ('queued', 'submitting', 'accepted', 'rejected', 'unknown', 'dropped')),
  reason text,
  due_at timestamptz NOT NULL,
  out_id uuid,
  biz_id text,
  tries smallint NOT NULL DEFAULT 0,
  submitted_at timestamptz,
  settled_at timestamptz,
  delivery text CHECK (delivery IN ('delivered', 'undelivered')),
  delivery_code text,
  delivered_at timestamptz,
  segments smallint,
  empty_queries smallint NOT NULL DEFAULT 0,
  first_empty_at timestamptz,
  look_at timestamptz
) PARTITION BY RANGE (id);
CREATE INDEX ON message (look_at) WHERE state = 'queued';
CREATE INDEX ON message (look_at) WHERE look_at IS NOT NULL AND state <> 'queued';
CREATE INDEX ON message (out_id) WHERE out_id IS NOT NULL;
CREATE INDEX ON message (phone_hash, submitted_at);

CREATE TABLE message_key (
  case_id uuid NOT NULL,
  purpose text NOT NULL,
  message_id uuid NOT NULL,
  PRIMARY KEY (case_id, purpose)
);
COMMENT ON TABLE message_key IS 'Nobody gets the same text twice: one message per case and purpose.';

CREATE TABLE sending_pause (
  scope text NOT NULL CHECK (scope IN ('account', 'signature', 'template')),
  subject text NOT NULL,
  code text NOT NULL,
  since timestamptz NOT NULL DEFAULT now(),
  until timestamptz,
  PRIMARY KEY (scope, subject)
);
`

const inbound = `
CREATE TABLE inbound (
  id uuid PRIMARY KEY,
  channel text NOT NULL CHECK (channel IN ('sms_up', 'sms_report')),
  body_sealed bytea NOT NULL,
  state text NOT NULL CHECK (state IN ('raw', 'understood', 'probe', 'unreadable')),
  received_at timestamptz NOT NULL DEFAULT now(),
  look_at timestamptz
) PARTITION BY RANGE (id);
CREATE INDEX ON inbound (look_at) WHERE look_at IS NOT NULL;

CREATE TABLE inbound_key (
  dedupe bytea PRIMARY KEY,
  inbound_id uuid NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE reply (
  id uuid PRIMARY KEY,
  inbound_id uuid NOT NULL,
  phone_hash bytea NOT NULL,
  phone_sealed bytea NOT NULL,
  text_sealed bytea NOT NULL,
  dest_code text,
  sent_at timestamptz,
  received_at timestamptz NOT NULL DEFAULT now(),
  case_id uuid,
  fit text NOT NULL CHECK (fit IN ('open', 'late', 'repeated', 'ambiguous', 'none')),
  route text NOT NULL CHECK (route IN ('rating', 'triage', 'opt_out', 'other')),
  kind text NOT NULL,
  rating text,
  reasons text[] NOT NULL DEFAULT '{}',
  urgent boolean NOT NULL,
  conflict boolean NOT NULL,
  confidence real NOT NULL,
  evidence jsonb NOT NULL,
  changed_mind boolean NOT NULL DEFAULT false
) PARTITION BY RANGE (id);
CREATE INDEX ON reply (case_id) WHERE case_id IS NOT NULL;

CREATE TABLE triage (
  reply_id uuid PRIMARY KEY,
  case_id uuid,
  unit_code text,
  reason text NOT NULL,
  state text NOT NULL CHECK (state IN ('waiting', 'decided')),
  opened_at timestamptz NOT NULL DEFAULT now(),
  due_at timestamptz NOT NULL,
  decided_by uuid,
  decided_at timestamptz,
  decided_kind text,
  decided_rating text
);
CREATE INDEX ON triage (due_at) WHERE state = 'waiting';

CREATE TABLE duty (
  reply_id uuid PRIMARY KEY,
  case_id uuid,
  state text NOT NULL CHECK (state IN ('ringing', 'taken')),
  raised_at timestamptz NOT NULL DEFAULT now(),
  taken_by uuid,
  taken_at timestamptz
);
CREATE INDEX ON duty (raised_at) WHERE state = 'ringing';
`

const callbacks = `
CREATE TABLE callback (
  id uuid PRIMARY KEY,
  case_id uuid NOT NULL,
  origin text NOT NULL CHECK (origin IN
    ('dissatisfied', 'conflict', 'sample', 'landline', 'undelivered', 'urgent', 'hotline', 'revisit')),
  state text NOT NULL CHECK (state IN ('waiting', 'claimed', 'talking', 'resolved', 'unreachable', 'cancelled')),
  priority smallint NOT NULL,
  unit_code text NOT NULL,
  opened_at timestamptz NOT NULL DEFAULT now(),
  due_at timestamptz NOT NULL,
  not_before timestamptz NOT NULL,
  attempts smallint NOT NULL DEFAULT 0,
  lease_holder uuid,
  lease_until timestamptz,
  closed_at timestamptz,
  close_reason text,
  finding text,
  later_rating text
);
CREATE UNIQUE INDEX callback_at_work ON callback (case_id) WHERE state IN ('waiting', 'claimed', 'talking');
CREATE INDEX ON callback (priority DESC, due_at) WHERE state = 'waiting';
CREATE INDEX ON callback (lease_until) WHERE lease_until IS NOT NULL;
CREATE INDEX ON callback (case_id);

CREATE TABLE attempt (
  id uuid PRIMARY KEY,
  callback_id uuid NOT NULL REFERENCES callback,
  ordinal smallint NOT NULL,
  result text NOT NULL,
  by_staff uuid NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  rating text,
  finding text,
  reasons text[] NOT NULL DEFAULT '{}',
  note_sealed bytea,
  UNIQUE (callback_id, ordinal)
);

CREATE TABLE rating_review (
  callback_id uuid PRIMARY KEY REFERENCES callback,
  proposed_rating text,
  proposed_finding text NOT NULL,
  proposed_by uuid NOT NULL,
  state text NOT NULL CHECK (state IN ('waiting', 'approved', 'refused')),
  decided_by uuid,
  decided_at timestamptz,
  CHECK (decided_by <> proposed_by)
);
COMMENT ON TABLE rating_review IS 'No rating is raised and none is called mistaken without a second person.';
`

const outcomes = `
CREATE TABLE outcome (
  id uuid PRIMARY KEY,
  outcome_id uuid NOT NULL,
  revision int NOT NULL,
  supersedes uuid,
  at timestamptz NOT NULL DEFAULT now(),
  result text NOT NULL,
  content jsonb NOT NULL
) PARTITION BY RANGE (id);

CREATE TABLE outcome_key (
  outcome_id uuid PRIMARY KEY,
  last_id uuid NOT NULL,
  previous_id uuid,
  last_revision int NOT NULL
);

CREATE TABLE outbox (
  id uuid PRIMARY KEY,
  topic text NOT NULL CHECK (topic IN ('feed')),
  subject uuid NOT NULL
);

CREATE TABLE feed (
  seq bigint PRIMARY KEY,
  outcome_row_id uuid NOT NULL
);
COMMENT ON TABLE feed IS 'Numbered after the commit by one writer at a time, so that a reader who follows seq misses nothing.';
`

const partitions = `
CREATE TABLE partitioned_table (name text PRIMARY KEY);
INSERT INTO partitioned_table SELECT unnest(ARRAY[${partitionedTables.map((t) => `'${t}'`).join(', ')}]);

CREATE FUNCTION partition_bound(at timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;

CREATE FUNCTION ensure_partitions(months_ahead int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  parent text;
  month timestamp;
  child text;
  made int := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('huifang.ensure_partitions'));
  FOR parent IN SELECT name FROM partitioned_table LOOP
    FOR i IN -1..months_ahead LOOP
      month := date_trunc('month', now() AT TIME ZONE 'Asia/Shanghai') + make_interval(months => i);
      child := format('%s_p%s', parent, to_char(month, 'YYYYMM'));
      IF to_regclass(child) IS NULL THEN
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', child, parent,
          partition_bound(month AT TIME ZONE 'Asia/Shanghai'),
          partition_bound((month + interval '1 month') AT TIME ZONE 'Asia/Shanghai'));
        made := made + 1;
      END IF;
    END LOOP;
  END LOOP;
  RETURN made;
END $$;
REVOKE ALL ON FUNCTION ensure_partitions(int) FROM PUBLIC;
`

const grants = `
GRANT USAGE ON SCHEMA public TO huifang_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON
  unit_version, officer_version, staff, source, access_key, alarm, template_version, policy_version,
  contact_block, transaction, transaction_key, amendment, suppression, survey, open_survey, message,
  message_key, sending_pause, inbound, inbound_key, reply, triage, duty, callback, attempt, rating_review,
  outcome_key, outbox, feed TO huifang_app;
GRANT SELECT, INSERT ON audit, outcome TO huifang_app;
GRANT EXECUTE ON FUNCTION ensure_partitions(int) TO huifang_app;
`
