import arrangements from 'chinese-days/dist/chinese-days.json' with { type: 'json' }
import { DateTime } from 'luxon'
import { businessZone, dateAt, inBusinessZone } from './clock.ts'

// All of this is in the business zone. Days are `yyyy-MM-dd`, times of day `HH:mm`, up to `24:00`.

/** The State Council's arrangement of holidays, with the weekend days that are worked for them (调休). */
export interface WorkingCalendar {
  holidays: ReadonlySet<string>
  workdays: ReadonlySet<string>
  /** The years, as `yyyy`, whose arrangement is in here; each comes out in the November before. */
  years: ReadonlySet<string>
}

/** Makes a calendar of dated arrangements; a year counts as known when its National Day is in it. */
export function workingCalendar(days: {
  holidays: readonly string[]
  workdays: readonly string[]
}): WorkingCalendar {
  const nationalDays = days.holidays.filter((day) => day.endsWith('-10-01'))
  return {
    holidays: new Set(days.holidays),
    workdays: new Set(days.workdays),
    years: new Set(nationalDays.map((day) => day.slice(0, 4))),
  }
}

/** What the installed `chinese-days` knows. */
export const stateCalendar = workingCalendar({
  holidays: Object.keys(arrangements.holidays),
  workdays: Object.keys(arrangements.workdays),
})

/** Whether a day is worked. `provisional`: its year's arrangement is not known, Monday to Friday are assumed. */
export function isWorkingDay(
  day: string,
  calendar = stateCalendar,
): { working: boolean; provisional: boolean } {
  const date = DateTime.fromISO(day, { zone: businessZone })
  if (!date.isValid) throw new RangeError(`not a day: ${day}`)
  const provisional = !calendar.years.has(day.slice(0, 4))
  if (calendar.workdays.has(day)) return { working: true, provisional }
  return { working: date.weekday <= 5 && !calendar.holidays.has(day), provisional }
}

/** An instant found by counting working time. `provisional`: it may move once a year's arrangement is known. */
export interface WorkingInstant {
  at: Date
  provisional: boolean
}

export interface OfficeHours {
  from: string
  to: string
}

/** Counts hours (0 or more, also in part) in office hours of working days only. */
export function addWorkingHours(
  from: Date,
  hours: number,
  officeHours: OfficeHours,
  calendar = stateCalendar,
): WorkingInstant {
  mustCount(hours)
  const { opens, closes } = minutesOf(officeHours)
  let left = Math.round(hours * 3_600_000)
  let provisional = false
  for (let day = inBusinessZone(from).startOf('day'); ; day = day.plus({ days: 1 })) {
    const status = isWorkingDay(day.toISODate(), calendar)
    provisional ||= status.provisional
    if (!status.working) continue
    const start = Math.max(from.getTime(), day.plus({ minutes: opens }).toMillis())
    const room = day.plus({ minutes: closes }).toMillis() - start
    if (room < 0) continue
    if (left <= room) return { at: dateAt(start + left), provisional }
    left -= room
  }
}

/** The same time of day, so many working days later (0: at once); the day itself does not count. */
export function addWorkingDays(from: Date, days: number, calendar = stateCalendar): WorkingInstant {
  mustCount(days)
  let at = inBusinessZone(from)
  let provisional = false
  for (let counted = 0; counted < days;) {
    at = at.plus({ days: 1 })
    const status = isWorkingDay(at.toISODate(), calendar)
    provisional ||= status.provisional
    if (status.working) counted++
  }
  return { at: at.toJSDate(), provisional }
}

/** The hours of each day, `to` excluded, in which citizens may be texted or called; not on blocked days. */
export interface Window {
  from: string
  to: string
  blockedDays: readonly string[]
}

// Of thousands of texts planned at once nearly all fall into the same opening.
const lastOpening = new WeakMap<Window, { opensMs: number; closesMs: number }>()

/** The first instant inside the window that is not before `at`: `at` itself when that is inside. */
export function nextInWindow(at: Date, window: Window): Date {
  return dateAt(nextInWindowMs(at.getTime(), window))
}

/** The same in ms since 1970, for many. */
export function nextInWindowMs(atMs: number, window: Window): number {
  const known = lastOpening.get(window)
  if (known && known.opensMs <= atMs && atMs < known.closesMs) return atMs
  const { opens, closes } = minutesOf(window)
  for (let day = inBusinessZone(dateAt(atMs)).startOf('day'); ; day = day.plus({ days: 1 })) {
    const closesMs = day.plus({ minutes: closes }).toMillis()
    if (atMs >= closesMs || window.blockedDays.includes(day.toISODate())) continue
    const opensMs = day.plus({ minutes: opens }).toMillis()
    lastOpening.set(window, { opensMs, closesMs })
    return Math.max(atMs, opensMs)
  }
}

// The lunch break belongs to the morning: who is not to be reached at 12:10 will not be at 12:40
// either, when a morning that ended at noon would already let the second try through.
const afternoonBegins = 13 * 60

/** The first instant inside the window in another half-day than `at`, for calling again whom one did not reach. */
export function nextHalfDay(at: Date, window: Window): Date {
  const day = inBusinessZone(at).startOf('day')
  const afternoon = day.plus({ minutes: afternoonBegins })
  const next = at.getTime() < afternoon.toMillis() ? afternoon : day.plus({ days: 1 })
  return nextInWindow(next.toJSDate(), window)
}

function mustCount(amount: number): void {
  if (!(amount >= 0 && amount < 1_000_000)) throw new RangeError(`cannot count ${amount}`)
}

function minutesOf({ from, to }: OfficeHours): { opens: number; closes: number } {
  const [opens, closes] = [from, to].map((text) => {
    const [hours, minutes] = text.split(':').map(Number)
    return hours! * 60 + minutes!
  })
  if (!(opens! >= 0 && opens! < closes! && closes! <= 24 * 60)) {
    throw new RangeError(`not a span of a day: ${from} to ${to}`)
  }
  return { opens: opens!, closes: closes! }
}
