import { sql } from 'kysely'
import type { Core } from '../foundation/core.ts'
import type { Queryable } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import { clearAlarm, climbingKind, raiseAlarm } from './alarm.ts'

/** How far an alarm has climbed while nobody took it. */
export interface LadderState {
  /** When the webhook took it; null as long as it has not. */
  toldAt: Date | null
  rungs: {
    at: Date
    /** Phones that were texted, and what is known of these texts by now. */
    phones: number
    delivered: number
    failed: number
  }[]
}

/** The ladders of standing alarms that climb, by what they are about. */
export async function ladderStates(
  db: Queryable,
  subjects: readonly string[],
): Promise<Map<string, LadderState>> {
  if (subjects.length === 0) return new Map()
  const { rows } = await sql<{
    subject: string
    toldAt: Date | null
    at: Date | null
    phones: number
    delivered: number
    failed: number
  }>`
    SELECT a.subject, a.told_at, min(r.climbed_at) AS at, count(r.id)::int AS phones,
      count(*) FILTER (WHERE r.delivery = 'delivered')::int AS delivered,
      count(*) FILTER (WHERE r.delivery = 'undelivered' OR r.state = 'rejected')::int AS failed
    FROM alarm a LEFT JOIN alarm_rung r ON r.alarm_id = a.id
    WHERE a.kind = ${climbingKind} AND a.cleared_at IS NULL AND a.subject = ANY(${[...subjects]}::text[])
    GROUP BY a.id, r.rung ORDER BY a.id, r.rung`.execute(db)
  const states = new Map<string, LadderState>()
  for (const { subject, toldAt, at, ...texts } of rows) {
    const state = states.get(subject) ?? { toldAt, rungs: [] }
    if (at !== null) state.rungs.push({ at, ...texts })
    states.set(subject, state)
  }
  return states
}

/**
 * What carriers say of texts to phones on duty, by the id of the text; the first last word counts. A receipt
 * also shows that a text whose outcome was unknown had been accepted. Returns which ids are such texts.
 */
export async function noteDutyReceipts(
  deps: Pick<Core, 'newId'>,
  tx: Queryable,
  receipts: readonly { textId: Id; delivered: boolean; final: boolean }[],
): Promise<Set<Id>> {
  const known = new Set<Id>()
  for (const { textId, delivered, final } of receipts) {
    const row = await tx
      .updateTable('alarmRung')
      .set((eb) =>
        final
          ? {
              delivery: eb.fn.coalesce('delivery', eb.val(delivered ? 'delivered' : 'undelivered')),
              deliveredAt: eb.fn.coalesce('deliveredAt', sql<Date>`now()`),
            }
          : { delivery: eb.ref('delivery') },
      )
      .where('id', '=', textId)
      .returning('id')
      .executeTakeFirst()
    if (!row) continue
    known.add(textId)
    await tx
      .updateTable('alarmRung')
      .set({ state: 'accepted', settledAt: sql<Date>`now()` })
      .where('id', '=', textId)
      .where('state', 'in', ['submitting', 'unknown'])
      .execute()
    if (!final) continue
    if (delivered) await clearAlarm(tx, 'duty.text', 'undelivered')
    else {
      await raiseAlarm(deps, tx, {
        kind: 'duty.text',
        subject: 'undelivered',
        message: '值班手机没有收到短信：请立即电话通知值班人员查看紧急列表，并检查值班手机号码',
      })
    }
  }
  return known
}
