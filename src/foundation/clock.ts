import { DateTime } from 'luxon'

/** The zone in which all business rules are written: the bureau's own. */
export const businessZone = 'Asia/Shanghai'

/**
 * Business time. Whether a row is due and whether a lease holds is asked of the database's clock
 * instead, so that a machine whose clock is wrong cannot claim twice.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  nowMs(): number
  now(): Date
}

// The only place of the whole tree that reads the machine's clock (a test looks for others).
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  now: () => new Date(Date.now()),
}

/** A clock that stands still until it is told otherwise: for rules that are tested without I/O. */
export function standingClock(isoTime: string): Clock & { set(isoTime: string): void } {
  let at = Date.parse(isoTime)
  return {
    nowMs: () => at,
    now: () => dateAt(at),
    set: (next) => {
      at = Date.parse(next)
    },
  }
}

/** The instant that lies `epochMs` milliseconds after the Unix epoch. */
export function dateAt(epochMs: number): Date {
  return new Date(epochMs)
}

/** An instant as the people of the bureau read it. */
export function inBusinessZone(instant: Date): DateTime<true> {
  return DateTime.fromJSDate(instant, { zone: businessZone }) as DateTime<true>
}

/** `yyyyMMdd` in UTC+8: the day by which the provider files what it sent. */
export function businessDay(instant: Date): string {
  return inBusinessZone(instant).toFormat('yyyyMMdd')
}

/**
 * Parses ISO 8601 **with** a zone; null for anything else. A time without a zone is refused, because
 * a guess would move deadlines by hours.
 */
export function parseZonedIso(text: string): Date | null {
  if (!/(?:[zZ]|[+-]\d{2}:?\d{2})$/.test(text)) return null
  const parsed = DateTime.fromISO(text, { setZone: true })
  return parsed.isValid ? parsed.toJSDate() : null
}

/** Monotonic milliseconds for measuring how long something took. */
export function stopwatch(): () => number {
  const startedAt = performance.now()
  return () => performance.now() - startedAt
}
