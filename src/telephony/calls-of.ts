import type { Queryable } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import { callColumns, type Call } from './store.ts'

export type { Call } from './store.ts'

const shownAtMost = 50

/** The calls of a callback, the latest first. */
export async function callsOf(db: Queryable, callbackId: Id): Promise<Call[]> {
  const rows = await db
    .selectFrom('call')
    .select(callColumns)
    .where('callbackId', '=', callbackId)
    .orderBy('id', 'desc')
    .limit(shownAtMost)
    .execute()
  return rows as Call[]
}
