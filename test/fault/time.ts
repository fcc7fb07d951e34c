import type { Client } from 'pg'

/**
 * Lets time pass: whatever lies ahead in the database comes so much nearer; what lies behind stays.
 * Due times, leases and windows are asked of the database alone, so for huifang this is the same as
 * waiting. Rows that somebody works on at this moment are left alone; `clock_timestamp()`, since what is
 * written while this statement runs lies behind as well, though its own `now()` is earlier.
 */
export async function letTimePass(owner: Client, seconds: number): Promise<void> {
  const { rows } = await owner.query<{ table: string; columns: string[] }>(`
    SELECT c.oid::regclass::text AS table, array_agg(quote_ident(a.attname)) AS columns
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND a.atttypid = 'timestamptz'::regtype AND NOT a.attisdropped
    GROUP BY 1`)
  for (const { table, columns } of rows) {
    const nearer = columns.map(
      (column) =>
        `${column} = CASE WHEN t.${column} > clock_timestamp() THEN t.${column} - make_interval(secs => ${seconds}) ELSE t.${column} END`,
    )
    const ahead = columns.map((column) => `${column} > clock_timestamp()`).join(' OR ')
    await owner.query(`
      WITH waiting AS (SELECT tableoid, ctid FROM ${table} WHERE ${ahead} FOR UPDATE SKIP LOCKED)
      UPDATE ${table} t SET ${nearer.join(', ')} FROM waiting w
      WHERE t.tableoid = w.tableoid AND t.ctid = w.ctid`)
  }
}
