import { sql } from 'kysely'
import { doAlone } from '../foundation/alone.ts'
import type { Core } from '../foundation/core.ts'
import { nowPlus, type Database } from '../foundation/database.ts'
import { climbingKind } from './alarm.ts'

const answerWithinMs = 5_000

/**
 * Posts new alarms to the webhook, one process at a time; what it does not take is posted again at the next
 * round. One that climbs waits `climbingAfterSeconds` for somebody to take it.
 */
export async function tellAlarms(
  deps: Pick<Core, 'db'>,
  webhookUrl: string,
  climbingAfterSeconds: number,
): Promise<void> {
  await doAlone(deps.db, 'alarms', (db) => tell(db, webhookUrl, climbingAfterSeconds))
}

async function tell(db: Database, webhookUrl: string, climbingAfterSeconds: number): Promise<void> {
  const fresh = await db
    .selectFrom('alarm')
    .select(['id', 'kind', 'subject', 'message', 'raisedAt'])
    .where('toldAt', 'is', null)
    .where('clearedAt', 'is', null)
    .where((eb) =>
      eb.or([eb('kind', '!=', climbingKind), eb('raisedAt', '<=', nowPlus(-climbingAfterSeconds))]),
    )
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
    await db
      .updateTable('alarm')
      .set({ toldAt: sql<Date>`now()` })
      .where('id', '=', id)
      .execute()
  }
}
