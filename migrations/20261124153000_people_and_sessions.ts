import { sql, type Kysely } from 'kysely'

/**
 * People sign in: passwords, sessions, and what slows guessing down. Kept in the database, so that any
 * number of `serve` processes agree and a restart forgives nobody.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
ALTER TABLE staff ADD COLUMN scope_code text;
UPDATE staff SET scope_code = coalesce(
  CASE WHEN role <> 'handler' THEN
    (SELECT parent_code FROM unit_version
     WHERE code = staff.unit_code AND valid_from <= now()::date ORDER BY valid_from DESC LIMIT 1)
  END, unit_code);
ALTER TABLE staff ALTER COLUMN scope_code SET NOT NULL;
COMMENT ON COLUMN staff.scope_code IS 'The unit for which the person works, with everything below it; the root is the whole bureau.';

CREATE TABLE staff_password (
  staff_id uuid PRIMARY KEY REFERENCES staff,
  hash text NOT NULL,
  must_change boolean NOT NULL,
  set_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN staff_password.hash IS 'PHC string: algorithm, its parameters, salt and hash.';

CREATE TABLE session (
  id uuid PRIMARY KEY,
  staff_id uuid NOT NULL REFERENCES staff,
  token_hash bytea NOT NULL UNIQUE,
  method text NOT NULL CHECK (method IN ('password', 'single_sign_on')),
  address text NOT NULL,
  user_agent text NOT NULL,
  began_at timestamptz NOT NULL DEFAULT now(),
  last_seen_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  ended_at timestamptz,
  end_reason text CHECK (end_reason IN ('signed_out', 'revoked', 'replaced', 'password_changed', 'person_changed'))
);
CREATE INDEX ON session (staff_id) WHERE ended_at IS NULL;

CREATE TABLE sign_in_failure (
  kind text NOT NULL CHECK (kind IN ('name', 'address')),
  subject text NOT NULL,
  failures int NOT NULL,
  last_at timestamptz NOT NULL,
  locked_until timestamptz,
  PRIMARY KEY (kind, subject)
);
COMMENT ON COLUMN sign_in_failure.subject IS 'A name is hashed: people type passwords into the wrong field.';
CREATE INDEX ON sign_in_failure (last_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON staff_password, session, sign_in_failure TO huifang_app;
`,
    )
    .execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
DROP TABLE sign_in_failure, session, staff_password;
ALTER TABLE staff DROP COLUMN scope_code;
`,
    )
    .execute(db)
}
