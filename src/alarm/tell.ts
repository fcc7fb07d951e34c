import { sql } from 'kysely'
import type { Core } from '../foundation/core.ts'

const answerWithinMs = 5_000

/** Posts new alarms to the webhook; what it does not take is posted again at the next round. */
export async function tellAlarms(deps: Core, webhookUrl: string): Promise<void> {
  const fresh = await deps.db
    .selectFrom('alarm')
    .select(['id', 'kind', 'subject', 'message', 'raisedAt'])
    .where('toldAt', 'is', null)
    .where('clearedAt', 'is', null)
    .orderBy('raisedAt')
    .limit(20)
    .execute()
  for (const { id, ...alarm } of fresh) {
    const response = await fetch(webhookUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(alarm),
      signal: AbortSignal.timeout(answerWithinMs),
    })
    if (!response.ok) return
    await deps.db
      .updateTable('alarm')
      .set({ toldAt: sql<Date>`now()` })
      .where('id', '=', id)
      .execute()
  }
}
