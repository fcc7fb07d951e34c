import { sql } from 'kysely'
import type { Queryable } from '../../foundation/database.ts'
import type { Id } from '../../foundation/ids.ts'
import type { RealResult } from './real.ts'
import type { DryRunResult } from './rules.ts'

export interface DryRun {
  id: Id
  state: 'running' | 'done' | 'failed' | 'cancelled'
  wanted: unknown
  lookedAt: number
  toLookAt: number
  result: DryRunResult | null
  real: RealResult | null
  failure: string | null
  startedBy: string
  startedAt: Date
  endedAt: Date | null
}

const facts = [
  'id',
  'state',
  'lookedAt',
  'toLookAt',
  'failure',
  'startedBy',
  'startedAt',
  'endedAt',
] as const
const silentSeconds = 20
const kept = 50

/** Begins a run, if none is under way; whether it did. */
export async function insertRun(
  db: Queryable,
  run: { id: Id; wanted: object; by: string },
): Promise<boolean> {
  await failSilent(db)
  await db
    .deleteFrom('dryRun')
    .where('id', 'in', (eb) =>
      eb.selectFrom('dryRun').select('id').orderBy('id', 'desc').offset(kept).limit(1_000),
    )
    .where('state', '!=', 'running')
    .execute()
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('dryRun')
    .values({
      id: run.id,
      state: 'running',
      wanted: JSON.stringify(run.wanted),
      startedBy: run.by,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

/** The process that ran it has died or lost its database. */
export async function failSilent(db: Queryable): Promise<void> {
  await db
    .updateTable('dryRun')
    .set({ state: 'failed', failure: 'silent', endedAt: sql<Date>`now()` })
    .where('state', '=', 'running')
    .where('toldAt', '<', sql<Date>`now() - make_interval(secs => ${silentSeconds})`)
    .execute()
}

/** Says how far a run is; false when it is to stop. */
export async function tellProgress(
  db: Queryable,
  id: Id,
  { lookedAt, toLookAt }: Pick<DryRun, 'lookedAt' | 'toLookAt'>,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('dryRun')
    .set({ lookedAt, toLookAt, toldAt: sql<Date>`now()` })
    .where('id', '=', id)
    .where('state', '=', 'running')
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}

/** Ends a run that is under way; whether it was. */
export async function endRun(
  db: Queryable,
  id: Id,
  end:
    | { state: 'done'; lookedAt: number; result: DryRunResult; real: RealResult }
    | { state: 'failed'; failure: string }
    | { state: 'cancelled' },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('dryRun')
    .set({
      state: end.state,
      endedAt: sql<Date>`now()`,
      ...(end.state === 'done'
        ? {
            lookedAt: end.lookedAt,
            toLookAt: end.lookedAt,
            result: JSON.stringify(end.result),
            real: JSON.stringify(end.real),
          }
        : {}),
      ...(end.state === 'failed' ? { failure: end.failure } : {}),
    })
    .where('id', '=', id)
    .where('state', '=', 'running')
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}

export async function readRun(db: Queryable, id: Id): Promise<DryRun | null> {
  const row = await db
    .selectFrom('dryRun')
    .select([...facts, 'wanted', 'result', 'real'])
    .where('id', '=', id)
    .executeTakeFirst()
  return (row as DryRun | undefined) ?? null
}

/** The latest runs, without what they found. */
export async function listRuns(db: Queryable) {
  return db.selectFrom('dryRun').select(facts).orderBy('id', 'desc').limit(20).execute()
}
