import { sql, type Kysely } from 'kysely'

/**
 * Texts are taken in lanes: urgency, template, unit. The index walks from lane to lane without reading what
 * waits in them, so neither a huge backlog nor a paused template makes a round dearer.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
      ALTER TABLE message ADD COLUMN unit_code text NOT NULL DEFAULT '';
      DROP INDEX message_look_at_idx;
      CREATE INDEX message_lane ON message ((-priority), template_version_id, unit_code, look_at)
        WHERE state = 'queued';

      CREATE TABLE sending_rate (
        name text PRIMARY KEY CHECK (name IN ('send', 'query')),
        tokens double precision NOT NULL DEFAULT 0,
        refilled_at timestamptz NOT NULL DEFAULT now()
      );
      COMMENT ON TABLE sending_rate IS 'Token buckets of the account, shared by all workers.';
      INSERT INTO sending_rate (name) VALUES ('send'), ('query');
      GRANT SELECT, UPDATE ON sending_rate TO huifang_app;
      `,
    )
    .execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
      DROP TABLE sending_rate;
      DROP INDEX message_lane;
      ALTER TABLE message DROP COLUMN unit_code;
      CREATE INDEX message_look_at_idx ON message (look_at) WHERE state = 'queued';
      `,
    )
    .execute(db)
}
