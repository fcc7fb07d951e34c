import { sql } from 'kysely'
import { recordErasure } from '../citizen/erase.ts'
import type { Core } from '../foundation/core.ts'
import type { Tx } from '../foundation/database.ts'
import { idFloor, type Id } from '../foundation/ids.ts'
import type { Policy } from '../policy/policy.ts'
import { pruneFeed } from '../scoring/prune.ts'
import { retentionClasses, type Follower } from './rules.ts'

const batchRows = 5_000

/**
 * Drops what is older than the policy keeps: first the rows elsewhere that belong to it, in small batches,
 * then whole months. Stopped in between, it goes on at the next round.
 */
export async function retire(deps: Core, policy: Policy): Promise<void> {
  for (const { months, partitioned, followers } of retentionClasses) {
    const before = await keptSince(deps, months(policy.retention))
    const due = await tablesDue(deps, partitioned, before)
    if (due.length === 0) continue
    if (partitioned.includes('outcome'))
      await inBatches(deps, 'feed', before, (tx) => pruneFeed(tx, before, batchRows))
    for (const follower of followers) await pruneFollower(deps, follower, before)
    for (const table of due) await dropMonths(deps, table, before)
  }
}

/** The beginning of the month up to which everything is old enough: by the database's clock, since a wrong one would drop too much. */
async function keptSince({ db }: Core, months: number): Promise<Date> {
  const { rows } = await sql<{ since: Date }>`
    SELECT date_trunc('month', (now() AT TIME ZONE 'Asia/Shanghai') - make_interval(months => ${months}::int))
      AT TIME ZONE 'Asia/Shanghai' AS since`.execute(db)
  return rows[0]!.since
}

/** Which of these have months to drop: nearly always none, and then nothing more is asked. */
async function tablesDue({ db }: Core, tables: readonly string[], before: Date): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    SELECT DISTINCT parent.relname AS name FROM pg_inherits
    JOIN pg_class parent ON parent.oid = inhparent JOIN pg_class child ON child.oid = inhrelid
    WHERE parent.relname = ANY(${[...tables]}::text[])
      AND substring(pg_get_expr(child.relpartbound, child.oid) FROM 'TO \\(''([0-9a-f-]{36})''\\)')::uuid
        <= partition_bound(${before})`.execute(db)
  return rows.map(({ name }) => name)
}

async function dropMonths(deps: Core, table: string, before: Date): Promise<void> {
  await deps.db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ partition: string; rows: number }>`
      SELECT partition, rows::float8 AS rows FROM drop_partitions(${table}, ${before})`.execute(tx)
    for (const dropped of rows) await record(deps, tx, dropped.partition, dropped.rows, before)
  })
}

async function pruneFollower(deps: Core, follower: Follower, before: Date): Promise<void> {
  const { table, ageColumn, through } = follower
  const bound: Id = idFloor(before)
  const old = through
    ? sql`${sql.ref(through.column)} IN (SELECT id FROM ${sql.table(through.table)}
        WHERE ${sql.ref(ageColumn)} < ${bound})`
    : sql`${sql.ref(ageColumn)} < ${bound}`
  await inBatches(deps, table, before, async (tx) => {
    const removed = await sql`DELETE FROM ${sql.table(table)} WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM ${sql.table(table)} WHERE ${old} LIMIT ${batchRows}))`.execute(tx)
    return Number(removed.numAffectedRows ?? 0n)
  })
}

async function inBatches(
  deps: Core,
  table: string,
  before: Date,
  remove: (tx: Tx) => Promise<number>,
): Promise<void> {
  let rows = batchRows
  while (rows === batchRows) {
    rows = await deps.db.transaction().execute(async (tx) => {
      const removed = await remove(tx)
      await record(deps, tx, table, removed, before)
      return removed
    })
  }
}

function record(deps: Core, tx: Tx, what: string, rows: number, olderThan: Date): Promise<void> {
  const why = '保存期限已满（policy retention）'
  return recordErasure(deps, tx, { rule: 'retention_ended', what, rows, olderThan, why })
}
