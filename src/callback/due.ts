import { clearAlarm, raiseAlarm } from '../alarm/alarm.ts'
import { dateAt, inBusinessZone } from '../foundation/clock.ts'
import type { Core } from '../foundation/core.ts'
import { calendarOf } from '../policy/calendar.ts'
import type { Policy } from '../policy/policy.ts'
import { callbackDueAt } from './rules.ts'
import { provisionalCallbacks, setDueAt } from './store.ts'

const alarmKind = 'calendar.year_missing'
const lookAheadDays = 31
const atOnce = 1_000

/**
 * Counts deadlines anew that ran through a year whose arrangement of holidays was not known, and says that it
 * is missing while there is time to add it.
 */
export async function watchDueDates(deps: Core & { policy: () => Promise<Policy> }): Promise<void> {
  const { callback: policy, calendar: added } = await deps.policy()
  const calendar = calendarOf(added)
  const now = deps.clock.now()
  const ahead = dateAt(now.getTime() + lookAheadDays * 24 * 3_600_000)
  const years = new Set([now, ahead].map((at) => inBusinessZone(at).toFormat('yyyy')))
  for (const year of years) {
    if (policy.dueHoursKind === 'clock' || calendar.years.has(year)) {
      await clearAlarm(deps.db, alarmKind, year)
    } else {
      await raiseAlarm(deps, deps.db, {
        kind: alarmKind,
        subject: year,
        message: `还没有 ${year} 年的放假调休安排，期限暂按周一至周五计算；请管理员在策略“工作日历”中补录，补录后自动重算`,
      })
    }
  }
  for (const { id, openedAt, dueAt } of await provisionalCallbacks(deps.db, atOnce)) {
    const due = callbackDueAt(openedAt, policy, calendar)
    if (!due.provisional || due.at.getTime() !== dueAt.getTime()) await setDueAt(deps.db, id, due)
  }
}
