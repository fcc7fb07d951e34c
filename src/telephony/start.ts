import { sql } from 'kysely'
import { nowPlus, type Queryable } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import { inBatches } from '../foundation/relay.ts'
import { tellCall, type CallDeps } from './calls.ts'

/** Begins calls that were asked for. One that begins already, or has ended, is left as it is. */
export async function startCalls(deps: CallDeps, ids: readonly Id[]): Promise<void> {
  await Promise.all(ids.map((id) => tellCall(deps, id, { kind: 'asked' })))
}

const forgottenAfterSeconds = 3

/** Calls whose job was lost. */
export async function takeRequested(db: Queryable, limit: number): Promise<string[][]> {
  const rows = await db
    .updateTable('call')
    .set({ lookAt: nowPlus(forgottenAfterSeconds) })
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('call')
        .select('id')
        .where('state', '=', 'requested')
        .where('lookAt', '<=', sql<Date>`now()`)
        .orderBy('lookAt')
        .limit(limit)
        .forUpdate()
        .skipLocked(),
    )
    .returning('id')
    .execute()
  return inBatches(rows, 100)
}
