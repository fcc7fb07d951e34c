import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addWorkingDays,
  addWorkingHours,
  isWorkingDay,
  nextHalfDay,
  nextInWindow,
  stateCalendar,
  workingCalendar,
} from '../../src/foundation/calendar.ts'
import { inBusinessZone } from '../../src/foundation/clock.ts'

/** `2026-09-30 16:00` in the business zone. */
const at = (local: string): Date => {
  const [day, time = '00:00'] = local.split(' ')
  return new Date(`${day}T${time}+08:00`)
}
const local = (instant: Date): string => inBusinessZone(instant).toFormat('yyyy-MM-dd HH:mm')

const office = { from: '09:00', to: '17:30' }
const calling = { from: '09:00', to: '20:00', blockedDays: [] }

describe('isWorkingDay', () => {
  test.each([
    ['2026-09-21', true, 'a Monday'],
    ['2026-09-19', false, 'a Saturday'],
    ['2026-10-01', false, 'National Day'],
    ['2026-10-06', false, 'a Tuesday off in exchange'],
    ['2026-10-10', true, 'a Saturday worked in exchange'],
    ['2026-02-14', true, 'a Saturday worked before Spring Festival'],
    ['2025-01-28', false, 'New Year’s Eve, off since 2025'],
    ['2004-10-01', false, 'the first year that is known'],
  ])('%s: %s (%s)', (day, working) => {
    expect(isWorkingDay(day)).toEqual({ working, provisional: false })
  })

  test.each([
    ['2027-10-01', true],
    ['2027-10-02', false],
    ['2003-05-01', true],
  ])('a year without an arrangement is assumed, and says so: %s', (day, working) => {
    expect(isWorkingDay(day)).toEqual({ working, provisional: true })
  })

  test('the known years have no gap', () => {
    const years = [...stateCalendar.years].map(Number).sort((a, b) => a - b)
    expect(years[0]).toBe(2004)
    expect(years.at(-1)).toBeGreaterThanOrEqual(2026)
    expect(years).toEqual(years.map((_, index) => 2004 + index))
  })

  test('an arrangement can be given before the package has it', () => {
    const calendar = workingCalendar({ holidays: ['2027-10-01'], workdays: ['2027-10-09'] })
    expect(isWorkingDay('2027-10-01', calendar)).toEqual({ working: false, provisional: false })
    expect(isWorkingDay('2027-10-09', calendar)).toEqual({ working: true, provisional: false })
  })

  test.each(['2026-02-30', 'tomorrow', ''])('%j is no day', (day) => {
    expect(() => isWorkingDay(day)).toThrow(RangeError)
  })
})

describe('addWorkingHours', () => {
  test.each([
    ['2026-09-21 10:00', 2, '2026-09-21 12:00', 'within a day'],
    ['2026-09-21 16:30', 2, '2026-09-22 10:00', 'over the night'],
    ['2026-09-21 16:30', 1, '2026-09-21 17:30', 'up to the minute in which the office closes'],
    ['2026-09-21 07:00', 1, '2026-09-21 10:00', 'from before the office opens'],
    ['2026-09-21 22:00', 1, '2026-09-22 10:00', 'from the night'],
    ['2026-09-30 16:30', 2, '2026-10-08 10:00', 'over National Day'],
    ['2026-10-09 16:30', 2, '2026-10-10 10:00', 'into a Saturday worked in exchange'],
    ['2026-09-18 17:00', 1, '2026-09-20 09:30', 'into a Sunday worked in exchange'],
    ['2026-09-21 09:00', 0.5, '2026-09-21 09:30', 'in part'],
    ['2026-09-21 09:00', 17, '2026-09-22 17:30', 'two whole days'],
    ['2026-09-19 12:00', 0, '2026-09-20 09:00', 'nothing: the next office hour'],
  ])('%s + %d h = %s (%s)', (from, hours, expected) => {
    const result = addWorkingHours(at(from), hours, office)
    expect(local(result.at)).toBe(expected)
    expect(result.provisional).toBe(false)
  })

  test('what reaches into an unknown year is provisional', () => {
    const result = addWorkingHours(at('2026-12-31 16:30'), 2, office)
    expect(local(result.at)).toBe('2027-01-01 10:00')
    expect(result.provisional).toBe(true)
  })

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('%d hours are refused', (hours) => {
    expect(() => addWorkingHours(at('2026-09-21'), hours, office)).toThrow(RangeError)
  })
})

describe('addWorkingDays', () => {
  test.each([
    ['2026-09-21 10:00', 1, '2026-09-22 10:00'],
    ['2026-09-30 10:00', 1, '2026-10-08 10:00'],
    ['2026-09-30 10:00', 3, '2026-10-10 10:00'],
    ['2026-10-03 10:00', 1, '2026-10-08 10:00'],
    ['2026-09-21 10:00', 0, '2026-09-21 10:00'],
  ])('%s + %d = %s', (from, days, expected) => {
    expect(local(addWorkingDays(at(from), days).at)).toBe(expected)
  })

  test('what reaches into an unknown year is provisional', () => {
    expect(addWorkingDays(at('2026-12-31 10:00'), 1).provisional).toBe(true)
    expect(addWorkingDays(at('2026-12-30 10:00'), 1).provisional).toBe(false)
  })
})

describe('nextInWindow', () => {
  const sending = { from: '08:30', to: '20:00', blockedDays: ['2026-02-17', '2026-02-18'] }
  test.each([
    ['2026-09-21 10:00', '2026-09-21 10:00', 'inside: itself'],
    ['2026-09-21 08:30', '2026-09-21 08:30', 'its first minute'],
    ['2026-09-21 08:29', '2026-09-21 08:30', 'just before'],
    ['2026-09-21 19:59', '2026-09-21 19:59', 'its last minute'],
    ['2026-09-21 20:00', '2026-09-22 08:30', 'the end does not count'],
    ['2026-09-21 23:59', '2026-09-22 08:30', 'the night'],
    ['2026-02-16 21:00', '2026-02-19 08:30', 'over two blocked days'],
    ['2026-02-17 12:00', '2026-02-19 08:30', 'from within a blocked day'],
    ['2026-12-31 21:00', '2027-01-01 08:30', 'over the year'],
  ])('%s: %s (%s)', (from, expected) => {
    expect(local(nextInWindow(at(from), sending))).toBe(expected)
  })

  test('a window of the whole day never waits', () => {
    const always = { from: '00:00', to: '24:00', blockedDays: [] }
    expect(nextInWindow(at('2026-09-21 23:59'), always)).toEqual(at('2026-09-21 23:59'))
  })

  test.each([
    ['20:00', '08:30'],
    ['09:00', '09:00'],
    ['09:00', '24:30'],
    ['morning', 'evening'],
  ])('%s to %s is refused', (from, to) => {
    const window = { from, to, blockedDays: [] }
    expect(() => nextInWindow(at('2026-09-21'), window)).toThrow(RangeError)
  })
})

describe('nextHalfDay', () => {
  test.each([
    ['2026-09-21 09:10', '2026-09-21 13:00', 'morning: the afternoon'],
    ['2026-09-21 12:30', '2026-09-21 13:00', 'the lunch break belongs to the morning'],
    ['2026-09-21 13:00', '2026-09-22 09:00', 'afternoon: the next morning'],
    ['2026-09-21 19:30', '2026-09-22 09:00', 'evening: the next morning'],
    ['2026-09-21 23:30', '2026-09-22 09:00', 'night: the next morning'],
    ['2026-09-21 06:00', '2026-09-21 13:00', 'early: the afternoon'],
  ])('%s: %s (%s)', (from, expected) => {
    expect(local(nextHalfDay(at(from), calling))).toBe(expected)
  })

  test('blocked days are left out, and a window of mornings alone leads to the next morning', () => {
    const window = { from: '09:00', to: '12:00', blockedDays: ['2026-09-22'] }
    expect(local(nextHalfDay(at('2026-09-21 10:00'), window))).toBe('2026-09-23 09:00')
  })
})

describe('whatever the time and the window', () => {
  const instants = fc.date({
    min: at('2024-01-01'),
    max: at('2029-12-31'),
    noInvalidDate: true,
  })
  const minutes = (from: number, to: number): fc.Arbitrary<number> =>
    fc.integer({ min: from, max: to })
  const clock = (total: number): string =>
    `${String(Math.floor(total / 60)).padStart(2, '0')}:${String(total % 60).padStart(2, '0')}`
  const spans = minutes(0, 1439).chain((opens) =>
    minutes(opens + 1, 1440).map((closes) => ({ from: clock(opens), to: clock(closes) })),
  )
  const blockedDays = fc.array(
    instants.map((instant) => inBusinessZone(instant).toISODate()),
    { maxLength: 20 },
  )
  const windows = fc
    .tuple(spans, blockedDays)
    .map(([span, days]) => ({ ...span, blockedDays: days }))
  const timeOfDay = (instant: Date): string => inBusinessZone(instant).toFormat('HH:mm')
  const halfDay = (instant: Date): string =>
    inBusinessZone(instant).toISODate() + (timeOfDay(instant) < '13:00' ? ' morning' : ' afternoon')
  const ordered = fc
    .tuple(instants, instants)
    .map(([a, b]): [Date, Date] => (a < b ? [a, b] : [b, a]))

  test('the next instant in the window is not earlier, inside, and the first such', () => {
    const property = fc.property(instants, windows, (instant, window) => {
      const next = nextInWindow(instant, window)
      expect(next.getTime()).toBeGreaterThanOrEqual(instant.getTime())
      expect(timeOfDay(next) >= window.from && timeOfDay(next) < window.to).toBe(true)
      expect(window.blockedDays).not.toContain(inBusinessZone(next).toISODate())
      expect(nextInWindow(next, window)).toEqual(next)
    })
    expect(() => fc.assert(property)).not.toThrow()
  })

  test('the next half-day is later, inside the window, and another', () => {
    const property = fc.property(instants, windows, (instant, window) => {
      const next = nextHalfDay(instant, window)
      expect(next.getTime()).toBeGreaterThan(instant.getTime())
      expect(halfDay(next)).not.toBe(halfDay(instant))
      expect(nextInWindow(next, window)).toEqual(next)
    })
    expect(() => fc.assert(property)).not.toThrow()
  })

  test('who comes later is never served earlier', () => {
    const hours = fc.double({ min: 0, max: 200, noNaN: true })
    const property = fc.property(ordered, windows, hours, ([early, late], window, amount) => {
      const each: ((instant: Date) => Date)[] = [
        (instant) => nextInWindow(instant, window),
        (instant) => nextHalfDay(instant, window),
        (instant) => addWorkingHours(instant, amount, office).at,
        (instant) => addWorkingDays(instant, Math.floor(amount / 8)).at,
      ]
      for (const move of each) {
        expect(move(early).getTime()).toBeLessThanOrEqual(move(late).getTime())
      }
    })
    expect(() => fc.assert(property)).not.toThrow()
  })

  test('working hours end in office hours of a working day, and more of them never end earlier', () => {
    const hours = fc.double({ min: 0, max: 100, noNaN: true })
    const property = fc.property(instants, hours, hours, (instant, one, more) => {
      const { at: end } = addWorkingHours(instant, one, office)
      expect(isWorkingDay(inBusinessZone(end).toISODate()).working).toBe(true)
      expect(timeOfDay(end) >= office.from && timeOfDay(end) <= office.to).toBe(true)
      const later = addWorkingHours(instant, one + more, office).at
      expect(later.getTime()).toBeGreaterThanOrEqual(end.getTime())
    })
    expect(() => fc.assert(property)).not.toThrow()
  })
})
