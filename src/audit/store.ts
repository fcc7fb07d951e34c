import { sql } from 'kysely'
import type { Database, Queryable } from '../foundation/database.ts'
import type { Seal, SealedRow } from './rules.ts'

const pageRows = 5_000
const nil = '00000000-0000-0000-0000-000000000000'

/** All entries from a slot on, slot by slot and in the order of their ids. */
export async function* readRows(
  db: Queryable,
  fromSlot: number,
  beforeSlot: number | null = null,
): AsyncGenerator<SealedRow> {
  let after = { slot: fromSlot, id: nil }
  for (;;) {
    const { rows } = await sql<SealedRow>`
      SELECT id, slot, (extract(epoch FROM at) * 1000000)::bigint::text AS at_micros,
        actor, action, subject_kind, subject, details::text AS details
      FROM audit
      WHERE (slot, id) > (${after.slot}, ${after.id}::uuid)
        AND (${beforeSlot}::bigint IS NULL OR slot < ${beforeSlot})
      ORDER BY slot, id
      LIMIT ${pageRows}`.execute(db)
    yield* rows
    const last = rows.at(-1)
    if (rows.length < pageRows || !last) return
    after = last
  }
}

/** All seals, from the first on. */
export async function* readSeals(db: Queryable): AsyncGenerator<Seal> {
  let after = 0
  for (;;) {
    const seals = await db
      .selectFrom('auditSeal')
      .selectAll()
      .where('slot', '>', after)
      .orderBy('slot')
      .limit(pageRows)
      .execute()
    yield* seals
    if (seals.length < pageRows) return
    after = seals.at(-1)!.slot
  }
}

export async function lastSeal(db: Queryable): Promise<Seal | null> {
  const seal = await db
    .selectFrom('auditSeal')
    .selectAll()
    .orderBy('slot', 'desc')
    .limit(1)
    .executeTakeFirst()
  return seal ?? null
}

export async function insertSeal(tx: Queryable, seal: Seal): Promise<void> {
  await tx.insertInto('auditSeal').values(seal).execute()
}

/** The slot into which entries are written at this moment. */
export async function openSlot(db: Queryable): Promise<number> {
  const { rows } = await sql<{ slot: number }>`SELECT last_value AS slot FROM audit_slot`.execute(
    db,
  )
  return rows[0]!.slot
}

/** Closes the open slot by opening the next one, if anything is in it. */
export async function turnSlot(db: Database): Promise<void> {
  await sql`
    SELECT nextval('audit_slot')
    WHERE EXISTS (SELECT FROM audit WHERE slot = (SELECT last_value FROM audit_slot))`.execute(db)
}

/** A number that every transaction now under way is below. */
export async function numberNow(db: Database): Promise<string> {
  const { rows } = await sql<{ n: string }>`SELECT pg_current_xact_id()::text AS n`.execute(db)
  return rows[0]!.n
}

/** Whether all transactions below this number are over. */
export async function allOver(db: Database, number: string): Promise<boolean> {
  const { rows } = await sql<{ over: boolean }>`
    SELECT pg_snapshot_xmin(pg_current_snapshot()) > ${number}::xid8 AS over`.execute(db)
  return rows[0]!.over
}

/** How long the oldest entry without a seal has waited, in seconds; null when there is none. */
export async function unsealedSince(
  db: Queryable,
  lastSlot: number,
): Promise<{ rows: number; oldestSeconds: number | null }> {
  const { rows } = await sql<{ rows: number; oldestSeconds: number | null }>`
    SELECT count(*)::int AS rows, extract(epoch FROM now() - min(at))::float8 AS oldest_seconds
    FROM audit WHERE slot > ${lastSlot}`.execute(db)
  return rows[0]!
}

/** The first month of which entries are kept, as `YYYYMM`, and how many months ago it began. */
export async function oldestMonth(db: Queryable): Promise<{ month: string; monthsAgo: number }> {
  const { rows } = await sql<{ month: string; monthsAgo: number }>`
    SELECT month, (extract(year FROM age) * 12 + extract(month FROM age))::int AS months_ago
    FROM (
      SELECT month, age(date_trunc('month', now() AT TIME ZONE 'Asia/Shanghai'), to_timestamp(month, 'YYYYMM')::timestamp) AS age
      FROM (
        SELECT min(substring(inhrelid::regclass::text FROM '_p(\\d{6})$')) AS month
        FROM pg_inherits WHERE inhparent = 'audit'::regclass
      ) AS kept
    ) AS since`.execute(db)
  return rows[0]!
}
