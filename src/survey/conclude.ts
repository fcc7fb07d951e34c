import type { Id } from '../foundation/ids.ts'
import { recordOutcomes } from '../scoring/outcome.ts'
import type { CaseTextDeps } from './case-text.ts'
import { remind } from './remind.ts'
import { closeExpired, markExpired } from './store.ts'

/**
 * Ends the surveys among these whose reply window, or late window, is over, and has others reminded. No reply is
 * recorded as no reply.
 */
export async function conclude(deps: CaseTextDeps, ids: readonly Id[]): Promise<void> {
  await deps.db.transaction().execute(async (tx) => {
    const expired = await markExpired(tx, ids)
    await recordOutcomes(deps, tx, expired)
    await closeExpired(tx, ids)
    await remind(deps, tx, ids)
  })
}
