// A desk's own clock may be wrong, and deadlines are counted down to the minute: time is the server's,
// taken from the Date header of its latest answer and carried on by the browser's steady counter.
let serverMs = performance.timeOrigin + performance.now()
let takenAt = performance.now()

export function takeServerTime(dateHeader: string | null): void {
  const parsed = dateHeader === null ? Number.NaN : Date.parse(dateHeader)
  if (Number.isNaN(parsed)) return
  // The header has whole seconds; half a second is its mean error.
  serverMs = parsed + 500
  takenAt = performance.now()
}

export function nowMs(): number {
  return serverMs + (performance.now() - takenAt)
}

const zone = 'Asia/Shanghai'
const format = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('zh-CN', { timeZone: zone, hourCycle: 'h23', ...options })

const dayAndTime = format({ month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit' })
const timeOnly = format({ hour: '2-digit', minute: '2-digit' })
const timeWithSeconds = format({ hour: '2-digit', minute: '2-digit', second: '2-digit' })
const wholeDay = format({ year: 'numeric', month: '2-digit', day: '2-digit' })

type Instant = string | number
const asDate = (instant: Instant) => new Date(instant)

/** `yyyy-MM-dd` in the bureau's zone. */
export function dayOf(instant: Instant): string {
  const parts = Object.fromEntries(
    wholeDay.formatToParts(asDate(instant)).map(({ type, value }) => [type, value]),
  )
  return `${parts.year}-${parts.month}-${parts.day}`
}

export const timeOf = (instant: Instant): string => timeOnly.format(asDate(instant))
export const secondOf = (instant: Instant): string => timeWithSeconds.format(asDate(instant))

/** As people say it: 今天 14:30, 明天 09:00, else with the date. */
export function sayInstant(instant: Instant): string {
  const day = dayOf(instant)
  const dayMs = 86_400_000
  if (day === dayOf(nowMs())) return `今天 ${timeOf(instant)}`
  if (day === dayOf(nowMs() + dayMs)) return `明天 ${timeOf(instant)}`
  if (day === dayOf(nowMs() - dayMs)) return `昨天 ${timeOf(instant)}`
  return dayAndTime.format(asDate(instant))
}

/** A span in words: 2小时5分, 8分, 40秒. */
export function saySpan(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds}秒`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}分`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return minutes % 60 === 0 ? `${hours}小时` : `${hours}小时${minutes % 60}分`
  return `${Math.floor(hours / 24)}天${hours % 24}小时`
}
