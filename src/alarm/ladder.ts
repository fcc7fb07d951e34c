import { sql } from 'kysely'
import type { Core } from '../foundation/core.ts'
import type { Id } from '../foundation/ids.ts'
import { clearAlarm, climbingKind, raiseAlarm } from './alarm.ts'

export interface LadderTimes {
  /** From the alarm to the first text. */
  textAfterSeconds: number
  /** From one text to the next. */
  textAgainSeconds: number
  textsAtMost: number
}

/** A text to one phone on duty; names no citizen. */
export interface DutyText {
  id: Id
  alarmId: Id
  /** Place of the phone among those on duty, from 1. */
  recipient: number
  /** Which text about this alarm it is, from 1. */
  rung: number
  waitedMinutes: number
}

export interface DutyTextResult {
  state: 'accepted' | 'rejected' | 'unknown'
  /** The provider's, where it gave one. */
  code: string | null
}

export interface LadderDeps extends Pick<Core, 'db' | 'newId' | 'log'> {
  /** How many phones are on duty. */
  recipients: number
  /** Resolves always. */
  textDuty: (text: DutyText) => Promise<DutyTextResult>
}

/**
 * Texts those on duty about alarms that nobody has taken. A rung is climbed once, whichever process does it:
 * its rows are committed before the call, and a text whose outcome is unknown is never sent again; the next
 * rung is a text of its own.
 */
export async function climbLadder(deps: LadderDeps, times: LadderTimes): Promise<void> {
  for (;;) {
    const texts = await nextRung(deps, times)
    if (texts.length === 0) return
    await Promise.all(texts.map((text) => send(deps, text)))
  }
}

/** The next rung that is due, taken by this process; empty when there is none, or another was faster. */
async function nextRung(deps: LadderDeps, times: LadderTimes): Promise<DutyText[]> {
  const ids = Array.from({ length: deps.recipients }, () => deps.newId())
  const { rows } = await sql<DutyText>`
    WITH due AS (
      SELECT a.id, r.climbed + 1 AS rung FROM alarm a
      CROSS JOIN LATERAL (SELECT count(DISTINCT rung)::int AS climbed, max(climbed_at) AS last
        FROM alarm_rung WHERE alarm_id = a.id) r
      WHERE a.kind = ${climbingKind} AND a.cleared_at IS NULL AND r.climbed < ${times.textsAtMost}
        AND now() >= CASE WHEN r.climbed = 0
          THEN a.raised_at + make_interval(secs => ${times.textAfterSeconds})
          ELSE r.last + make_interval(secs => ${times.textAgainSeconds}) END
      ORDER BY a.raised_at, a.id LIMIT 1)
    INSERT INTO alarm_rung (id, alarm_id, rung, recipient)
    SELECT u.id, due.id, due.rung, u.recipient
    FROM due, unnest(${ids}::uuid[]) WITH ORDINALITY AS u (id, recipient)
    ON CONFLICT (alarm_id, rung, recipient) DO NOTHING
    RETURNING id, alarm_id, recipient, rung, (SELECT greatest(1, floor(extract(epoch FROM now() - raised_at) / 60))::int
      FROM alarm WHERE alarm.id = alarm_id) AS waited_minutes`.execute(deps.db)
  return rows
}

async function send(deps: LadderDeps, text: DutyText): Promise<void> {
  const { state, code } = await deps.textDuty(text)
  await deps.db
    .updateTable('alarmRung')
    .set({ state, code, settledAt: sql<Date>`now()` })
    .where('id', '=', text.id)
    .where('state', '=', 'submitting')
    .execute()
  if (state === 'accepted') await clearAlarm(deps.db, 'duty.text', 'refused')
  if (state !== 'rejected') return
  deps.log.error({ code, rung: text.rung }, 'a text to the phone on duty was refused')
  await raiseAlarm(deps, deps.db, {
    kind: 'duty.text',
    subject: 'refused',
    message: `值班手机短信未能发出（${code ?? '原因不明'}）：请立即通知值班人员查看紧急列表，并检查短信模板与账户`,
  })
}
