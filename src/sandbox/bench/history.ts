import type { Stage } from './stage.ts'
import { query } from './servers.ts'
import { phoneOf } from './rows.ts'

/** Tables that a past survey left a row in. */
const rowsPerSurvey = 5
const monthsBack = 24
/** Old enough to be over, whatever the settings. */
const overAfterDays = 45

/**
 * Adds past surveys until the tables hold so many rows of history, spread over two years and over the citizens
 * who are asked again now. Returns the number of past surveys.
 */
export async function growHistory(stage: Stage, rows: number, citizens: number): Promise<number> {
  const surveys = Math.round(rows / rowsPerSurvey)
  const url = stage.databaseUrl
  await query(url, pastMonths)
  await rememberCitizens(stage, citizens)
  await query(
    url,
    `
    DROP TABLE IF EXISTS bench_past;
    CREATE UNLOGGED TABLE bench_past AS
    SELECT p.n, at, c.phone_hash, past_id(at, p.n, '8') AS id, past_id(at, p.n, '9') AS message_id,
      decode(repeat(md5(p.n::text), 4), 'hex') AS sealed
    FROM generate_series((SELECT count(*) FROM transaction_key WHERE source = 'past') + 1, ${surveys}) AS p (n)
    CROSS JOIN LATERAL (SELECT now() - make_interval(days => ${overAfterDays}) - interval '1 second'
      * ((p.n * 7919) % (${monthsBack - 3} * 30 * 86400)) AS at) times
    JOIN bench_citizen c ON c.n = p.n % ${citizens};

    INSERT INTO transaction_key SELECT 'past', 'past-' || n, id, '\\x00' FROM bench_past;
    INSERT INTO transaction (id, source, external_id, business, unit_code, phone_hash, phone_sealed, completed_at, received_at)
      SELECT id, 'past', 'past-' || n, '户政', 'BENCH' || n % 200, phone_hash, sealed, at, at FROM bench_past;
    INSERT INTO message_key SELECT id, 'ask', message_id FROM bench_past;
    INSERT INTO message (id, case_id, purpose, phone_hash, phone_sealed, template_version_id, params, priority,
        unit_code, state, due_at, out_id, biz_id, tries, submitted_at, settled_at, delivery, delivery_code, delivered_at)
      SELECT message_id, id, 'ask', phone_hash, sealed, (SELECT id FROM template_version LIMIT 1),
        '{"unit": "测速派出所", "business": "户政"}', 1, 'BENCH' || n % 200, 'accepted', at,
        past_id(at, n / 100, 'a'), n || '^0', 1, at, at, 'delivered', 'DELIVERED', at FROM bench_past;
    INSERT INTO survey (id, state, disposition, business, unit_code, phone_hash, signature, template_version_id,
        priority, send_at, sent_at, expires_at, late_until)
      SELECT id, 'closed', 'no_reply', '户政', 'BENCH' || n % 200, phone_hash, '徐州公安民意',
        (SELECT id FROM template_version LIMIT 1), 1, at, at, at, at FROM bench_past;
    DROP TABLE bench_past;
    `,
  )
  // As autovacuum leaves tables that are long at rest.
  for (const table of ['transaction_key', 'transaction', 'message_key', 'message', 'survey']) {
    await query(url, `VACUUM (ANALYZE) ${table}`)
  }
  await query(url, 'CHECKPOINT').catch(() => [])
  return surveys
}

const pastMonths = `
CREATE OR REPLACE FUNCTION past_id(at timestamptz, n bigint, variant text) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 3)
    || variant || substr(md5(n::text), 4, 15))::uuid
$$;
DO $$
DECLARE
  parent text;
  month timestamp;
BEGIN
  FOR parent IN SELECT name FROM partitioned_table LOOP
    FOR back IN 0..${monthsBack} LOOP
      month := date_trunc('month', now() AT TIME ZONE 'Asia/Shanghai') - make_interval(months => back);
      EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
        format('%s_p%s', parent, to_char(month, 'YYYYMM')), parent,
        partition_bound(month AT TIME ZONE 'Asia/Shanghai'),
        partition_bound((month + interval '1 month') AT TIME ZONE 'Asia/Shanghai'));
    END LOOP;
  END LOOP;
END $$;
`

async function rememberCitizens({ core, databaseUrl }: Stage, count: number): Promise<void> {
  const values = Array.from(
    { length: count },
    (_, n) => `(${n}, '\\x${core.vault.hashPhone(phoneOf(n)).toString('hex')}')`,
  )
  await query(
    databaseUrl,
    `DROP TABLE IF EXISTS bench_citizen;
     CREATE UNLOGGED TABLE bench_citizen (n bigint PRIMARY KEY, phone_hash bytea);
     INSERT INTO bench_citizen VALUES ${values.join(',')}`,
  )
}
