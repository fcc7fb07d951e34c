import { sql } from 'kysely'
import { clearAlarm, raiseAlarm } from '../alarm/alarm.ts'
import type { Core } from '../foundation/core.ts'
import type { Policy } from '../policy/policy.ts'

/** By the database's clock, in the bureau's zone. */
export const today = sql<string>`(now() AT TIME ZONE 'Asia/Shanghai')::date`

/** Segments that went out today, of the row of `sending_rate` that counts them. */
export const spentToday = sql<number>`CASE WHEN spent_day = ${today} THEN spent_segments ELSE 0 END`

const boundless = Number.MAX_SAFE_INTEGER

/** How many segments may go out a day. */
export function segmentsPerDay({ yuanPerDayAtMost, fenPerSegment }: Policy['sms']): number {
  return yuanPerDayAtMost === null
    ? boundless
    : Math.floor((yuanPerDayAtMost * 100) / fenPerSegment)
}

/** What was spent today, in yuan and segments, and the limit. */
export async function readSpending(deps: Pick<Core, 'db'>, sms: Policy['sms']) {
  const { segments } = await deps.db
    .selectFrom('sendingRate')
    .select(spentToday.as('segments'))
    .where('name', '=', 'send')
    .executeTakeFirstOrThrow()
  return {
    segments,
    yuan: (segments * sms.fenPerSegment) / 100,
    yuanAtMost: sms.yuanPerDayAtMost,
    reached: segments + longestText > segmentsPerDay(sms),
  }
}

// 500 characters: with less than that left, some text may be held back.
const longestText = 8
const alarmKind = 'sms.spending'

/** Says that the day's money is spent, for then texts wait that nothing else holds up. */
export async function watchSpending(deps: Core & { policy: () => Promise<Policy> }): Promise<void> {
  const { sms } = await deps.policy()
  const { reached, yuan, yuanAtMost } = await readSpending(deps, sms)
  if (!reached) return clearAlarm(deps.db, alarmKind, 'day')
  await raiseAlarm(deps, deps.db, {
    kind: alarmKind,
    subject: 'day',
    message: `今天的短信费用已到上限（已用 ${yuan.toFixed(2)} 元，上限 ${yuanAtMost} 元），其余短信等到零点后再发；急需发送请在策略中提高上限`,
  })
}
