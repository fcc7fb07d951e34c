import { sql, type Kysely } from 'kysely'

/**
 * Partitions that never lock out those who write, a net under them for rows of an unforeseen month, the
 * dropping of old ones within limits that only the owner can change, and the record of what was erased.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(`
ALTER TABLE partitioned_table ADD COLUMN minimum_months int NOT NULL DEFAULT 13;
COMMENT ON COLUMN partitioned_table.minimum_months IS
  'Nobody but the owner can drop a partition that is younger. Logs are kept for six months by law.';
UPDATE partitioned_table SET minimum_months = CASE name
  WHEN 'inbound' THEN 1 WHEN 'audit' THEN 6 WHEN 'outcome' THEN 25 ELSE 13 END;
GRANT SELECT ON partitioned_table TO huifang_app;

CREATE TABLE erasure (
  id uuid PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  rule text NOT NULL CHECK (rule IN ('purpose_ended', 'retention_ended', 'citizen_asked')),
  what text NOT NULL,
  rows bigint NOT NULL,
  older_than timestamptz,
  why text NOT NULL
);
COMMENT ON TABLE erasure IS 'What was erased, never about whom.';
GRANT SELECT, INSERT ON erasure TO huifang_app;

CREATE TABLE erasure_mark (
  table_name text PRIMARY KEY,
  erased_until uuid NOT NULL
);
COMMENT ON TABLE erasure_mark IS 'Up to where citizens'' data is erased, so that no round reads history again.';
CREATE TABLE erasure_deferred (
  case_id uuid PRIMARY KEY,
  deferred_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE erasure_deferred IS 'Cases whose purpose had not ended when their month came: erased as soon as it has.';
GRANT SELECT, INSERT, UPDATE, DELETE ON erasure_mark, erasure_deferred TO huifang_app;

-- Keys are pruned by age. They come in the order of time, so a block range index is enough and costs writers nothing.
CREATE INDEX transaction_key_age ON transaction_key USING brin (transaction_id) WITH (pages_per_range = 32);
CREATE INDEX inbound_key_age ON inbound_key USING brin (inbound_id) WITH (pages_per_range = 32);

${keyColumn}
${ensurePartitions}
${dropPartitions}
`)
    .execute(db)
  await sql`SELECT ensure_partitions(3)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(`
DO $$ DECLARE parent text; BEGIN
  FOR parent IN SELECT name FROM partitioned_table LOOP
    EXECUTE format('DROP TABLE IF EXISTS %I', parent || '_pdefault');
  END LOOP;
END $$;
DROP FUNCTION drop_partitions(text, timestamptz);
DROP FUNCTION partition_key(text);
DROP INDEX inbound_key_age, transaction_key_age;
DROP TABLE erasure_deferred, erasure_mark, erasure;
REVOKE SELECT ON partitioned_table FROM huifang_app;
ALTER TABLE partitioned_table DROP COLUMN minimum_months;
${formerEnsurePartitions}
`)
    .execute(db)
}

const keyColumn = `
CREATE FUNCTION partition_key(parent text) RETURNS text LANGUAGE sql STABLE SET search_path = public AS $$
  SELECT attname::text FROM pg_partitioned_table
  JOIN pg_attribute ON attrelid = partrelid AND attnum = partattrs[0]
  WHERE partrelid = format('%I', parent)::regclass
$$;`

// Made beside the parent and attached, which writers need not wait for. Rows that the default partition
// caught in the meantime move over.
const ensurePartitions = `
CREATE OR REPLACE FUNCTION ensure_partitions(months_ahead int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public SET lock_timeout = '5s' AS $$
DECLARE
  parent text;
  month timestamp;
  child text;
  spare text;
  lower uuid;
  upper uuid;
  made int := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('huifang.ensure_partitions'));
  FOR parent IN SELECT name FROM partitioned_table ORDER BY name LOOP
    spare := parent || '_pdefault';
    IF to_regclass(spare) IS NULL THEN
      EXECUTE format('CREATE TABLE %I PARTITION OF %I DEFAULT', spare, parent);
      EXECUTE format('GRANT SELECT ON %I TO huifang_app', spare);
    END IF;
    FOR i IN -1..months_ahead LOOP
      month := date_trunc('month', now() AT TIME ZONE 'Asia/Shanghai') + make_interval(months => i);
      child := format('%s_p%s', parent, to_char(month, 'YYYYMM'));
      CONTINUE WHEN to_regclass(child) IS NOT NULL;
      lower := partition_bound(month AT TIME ZONE 'Asia/Shanghai');
      upper := partition_bound((month + interval '1 month') AT TIME ZONE 'Asia/Shanghai');
      EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', child, parent);
      EXECUTE format('WITH moved AS (DELETE FROM %1$I WHERE %2$I >= %3$L AND %2$I < %4$L RETURNING *)
        INSERT INTO %5$I SELECT * FROM moved', spare, partition_key(parent), lower, upper, child);
      EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
        parent, child, lower, upper);
      made := made + 1;
    END LOOP;
  END LOOP;
  RETURN made;
END $$;`

// The upper bound is read from the partition's own definition: its name proves nothing.
const dropPartitions = `
CREATE FUNCTION drop_partitions(parent text, before timestamptz) RETURNS TABLE (partition text, rows bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public SET lock_timeout = '5s' AS $$
DECLARE
  minimum int;
BEGIN
  SELECT minimum_months INTO minimum FROM partitioned_table WHERE name = parent;
  IF minimum IS NULL THEN
    RAISE EXCEPTION 'no partitioned table of ours: %', parent;
  END IF;
  IF before > now() - make_interval(months => minimum) THEN
    RAISE EXCEPTION '% keeps at least % months', parent, minimum USING ERRCODE = 'check_violation';
  END IF;
  FOR partition IN
    SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = format('%I', parent)::regclass
      AND substring(pg_get_expr(relpartbound, pg_class.oid) FROM 'TO \\(''([0-9a-f-]{36})''\\)')::uuid
        <= partition_bound(before)
    ORDER BY relname
  LOOP
    EXECUTE format('SELECT count(*) FROM %I', partition) INTO rows;
    EXECUTE format('DROP TABLE %I', partition);
    RETURN NEXT;
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION drop_partitions(text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION drop_partitions(text, timestamptz) TO huifang_app;`

const formerEnsurePartitions = `
CREATE OR REPLACE FUNCTION ensure_partitions(months_ahead int) RETURNS int
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
END $$;`
