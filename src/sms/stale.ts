import type { Purpose } from '../template/template.ts'
import { drop, type SmsDeps } from './dispatch.ts'
import { oldestQueued } from './take.ts'

const atOnce = 1_000

/**
 * Gives up texts that lay in the queue for so long, through a pause that nobody lifted, that they would only
 * puzzle their citizens. Returns whether there may be more.
 */
export async function dropStale(deps: SmsDeps): Promise<boolean> {
  return deps.db.transaction().execute(async (tx) => {
    const stale = await tx
      .selectFrom('message')
      .select(['id', 'caseId', 'purpose'])
      .where('state', '=', 'queued')
      .where('id', '<', oldestQueued(deps.clock))
      .limit(atOnce)
      .forUpdate()
      .skipLocked()
      .execute()
    await drop(
      deps,
      tx,
      stale.map((text) => ({ ...text, purpose: text.purpose as Purpose, reason: 'too_late' })),
    )
    return stale.length === atOnce
  })
}
