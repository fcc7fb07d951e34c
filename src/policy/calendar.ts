import { stateCalendar, workingCalendar, type WorkingCalendar } from '../foundation/calendar.ts'
import type { Policy } from './policy.ts'

const known = new WeakMap<Policy['calendar'], WorkingCalendar>()

/** The State Council's arrangement as the program knows it, with what administrators added; theirs wins. */
export function calendarOf(added: Policy['calendar']): WorkingCalendar {
  const calendar = known.get(added) ?? withDays(added)
  known.set(added, calendar)
  return calendar
}

function withDays({ holidays, workdays }: Policy['calendar']): WorkingCalendar {
  const without = (days: ReadonlySet<string>, others: readonly string[]) =>
    [...days].filter((day) => !others.includes(day))
  return workingCalendar({
    holidays: [...without(stateCalendar.holidays, workdays), ...holidays],
    workdays: [...without(stateCalendar.workdays, holidays), ...workdays],
  })
}
