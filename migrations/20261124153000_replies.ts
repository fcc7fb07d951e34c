import { sql, type Kysely } from 'kysely'

/**
 * - A number is not a person: somebody who says "wrong number" ends the texts about one person, not those
 *   to whoever owns the number. `person_hash` is HMAC-SHA-256 of the name (law 10); empty is anybody.
 * - A long reply comes in parts: what was read as a whole is kept beside the part that came.
 * - The units whose staff may not see a reply that waits for a person (law 7).
 * - The words that administrators add to the reader's, in versions.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
      ALTER TABLE transaction ADD COLUMN person_hash bytea;
      ALTER TABLE contact_block
        ADD COLUMN person_hash bytea NOT NULL DEFAULT '',
        DROP CONSTRAINT contact_block_pkey,
        ADD PRIMARY KEY (phone_hash, kind, person_hash);

      ALTER TABLE reply
        ADD COLUMN sequence_id text,
        ADD COLUMN continues uuid,
        ADD COLUMN read_sealed bytea;
      COMMENT ON COLUMN reply.continues IS 'The first part of the long reply that this one goes on with.';
      COMMENT ON COLUMN reply.read_sealed IS 'What was read, where that is more than this part: evidence points into it.';

      ALTER TABLE triage ADD COLUMN concerned_units text[] NOT NULL DEFAULT '{}';
      UPDATE triage SET concerned_units = ARRAY[unit_code] WHERE unit_code IS NOT NULL;

      CREATE TABLE lexicon_version (
        version int PRIMARY KEY,
        groups jsonb NOT NULL,
        state text NOT NULL CHECK (state IN ('active', 'retired')),
        figures jsonb NOT NULL,
        activated_at timestamptz NOT NULL DEFAULT now(),
        activated_by text NOT NULL,
        why text NOT NULL
      );
      CREATE UNIQUE INDEX lexicon_active ON lexicon_version (state) WHERE state = 'active';
      GRANT SELECT, INSERT, UPDATE ON lexicon_version TO huifang_app;
      `,
    )
    .execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
      DROP TABLE lexicon_version;
      ALTER TABLE triage DROP COLUMN concerned_units;
      ALTER TABLE reply DROP COLUMN sequence_id, DROP COLUMN continues, DROP COLUMN read_sealed;
      -- A number that was blocked for one person is blocked for all, rather than texted again.
      DELETE FROM contact_block b USING contact_block o
        WHERE b.phone_hash = o.phone_hash AND b.kind = o.kind AND b.person_hash > o.person_hash;
      ALTER TABLE contact_block DROP CONSTRAINT contact_block_pkey, DROP COLUMN person_hash;
      ALTER TABLE contact_block ADD PRIMARY KEY (phone_hash, kind);
      ALTER TABLE transaction DROP COLUMN person_hash;
      `,
    )
    .execute(db)
}
