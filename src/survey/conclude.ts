import type { Core } from '../foundation/core.ts'
import type { Id } from '../foundation/ids.ts'
import { recordOutcomes } from '../scoring/outcome.ts'
import { closeExpired, markExpired } from './store.ts'

/** Ends the surveys among these whose reply window, or late window, is over. No reply is recorded as no reply. */
export async function conclude(deps: Core, ids: readonly Id[]): Promise<void> {
  await deps.db.transaction().execute(async (tx) => {
    const expired = await markExpired(tx, ids)
    await recordOutcomes(deps, tx, expired)
    await closeExpired(tx, ids)
  })
}
