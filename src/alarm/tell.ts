import { sql } from 'kysely'
import { doAlone } from '../foundation/alone.ts'
import type { Core } from '../foundation/core.ts'
import { nowPlus } from '../foundation/database.ts'
import { climbingKind } from './alarm.ts'

const answerWithinMs = 5_000

/**
 * Posts new alarms to the webhook, one process at a time; what it does not take is posted again at the next
 * round. One that climbs waits `climbingAfterSeconds` for somebody to take it.
 */
export async function tellAlarms(
  deps: Pick<Core, 'db' | 'log'>,
  webhookUrl: string,
  climbingAfterSeconds: number,
): Promise<void> {
  await doAlone(deps.db, 'alarms', (db) => tell({ ...deps, db }, webhookUrl, climbingAfterSeconds))
}

async function tell(
  { db, log }: Pick<Core, 'db' | 'log'>,
  webhookUrl: string,
  climbingAfterSeconds: number,
): Promise<void> {
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
    const failure = await post(webhookUrl, alarm)
    if (failure !== null) {
      log.warn({ failure }, 'the alarm webhook does not take alarms; they are told again')
      return
    }
    await db
      .updateTable('alarm')
      .set({ toldAt: sql<Date>`now()` })
      .where('id', '=', id)
      .execute()
  }
}

/** Null when it was taken; else the status or the code of the failure, never foreign text. */
async function post(url: string, body: object): Promise<string | null> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(answerWithinMs),
    })
    await response.body?.cancel()
    return response.ok ? null : String(response.status)
  } catch (error) {
    const { cause, name } = error as Error
    return (cause as { code?: string } | undefined)?.code ?? name
  }
}
