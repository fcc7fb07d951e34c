import { sql } from 'kysely'
import { afterEach, describe, expect, test } from 'vitest'
import { standingAlarms } from '../../src/alarm/alarm.ts'
import { watchDueDates } from '../../src/callback/due.ts'
import { callbackDueAt } from '../../src/callback/rules.ts'
import { standingClock } from '../../src/foundation/clock.ts'
import { calendarOf } from '../../src/policy/calendar.ts'
import { defaultPolicy } from '../../src/policy/defaults.ts'
import { row, station, testApp, type TestApp } from '../support/app.ts'

const working = { ...defaultPolicy.callback, dueHoursKind: 'working' as const, dueHours: 8.5 }
// A year of which no arrangement can be known yet.
const year = { holidays: ['2037-01-01', '2037-10-01'], workdays: ['2037-01-03'] }
const newYearsEve = new Date('2036-12-31T17:30:00+08:00')
const assumed = new Date('2037-01-01T17:30:00+08:00')

describe('the working calendar', () => {
  test('a deadline in a year without an arrangement is provisional, and moves once it is added', () => {
    const before = callbackDueAt(newYearsEve, working, calendarOf({ holidays: [], workdays: [] }))
    expect(before).toEqual({ at: new Date('2037-01-01T17:30:00+08:00'), provisional: true })
    const after = callbackDueAt(newYearsEve, working, calendarOf(year))
    expect(after.at).toEqual(new Date('2037-01-02T17:30:00+08:00'))
  })

  test('what administrators add wins over what the program knows', () => {
    const known = calendarOf({ holidays: [], workdays: [] })
    expect(known.holidays.has('2026-10-01')).toBe(true)
    const changed = calendarOf({ holidays: ['2026-03-09'], workdays: ['2026-10-01'] })
    expect(changed.holidays.has('2026-10-01')).toBe(false)
    expect(changed.workdays.has('2026-10-01')).toBe(true)
    expect(changed.holidays.has('2026-03-09')).toBe(true)
  })
})

describe('deadlines through a year that is not known', () => {
  let t: TestApp
  afterEach(async () => t.close())

  test('raise an alarm, and are counted anew when its arrangement is added', async () => {
    t = await testApp()
    const { body } = await t.call('POST', '/api/v1/transactions', t.sourceKey, row('a'))
    await t.app.db
      .insertInto('callback')
      .values({
        id: t.app.newId(),
        caseId: body.verdicts[0].transactionId,
        origin: 'dissatisfied',
        state: 'waiting',
        priority: 5,
        unitCode: station,
        openedAt: newYearsEve.toISOString(),
        dueAt: assumed,
        dueProvisional: true,
        notBefore: sql`now()`,
      })
      .execute()
    const deps = (calendar: typeof year) => ({
      ...t.app,
      clock: standingClock(newYearsEve.toISOString()),
      policy: async () => ({ ...defaultPolicy, callback: working, calendar }),
    })
    const due = () =>
      t.app.db.selectFrom('callback').select(['dueAt', 'dueProvisional']).executeTakeFirst()

    await watchDueDates(deps({ holidays: [], workdays: [] }))
    expect(await due()).toEqual({
      dueAt: new Date('2037-01-01T17:30:00+08:00'),
      dueProvisional: true,
    })
    expect((await standingAlarms(t.app)).map(({ kind, subject }) => [kind, subject])).toEqual([
      ['calendar.year_missing', '2036'],
      ['calendar.year_missing', '2037'],
    ])
    await watchDueDates(deps({ ...year, holidays: [...year.holidays, '2036-10-01'] }))
    expect(await due()).toEqual({
      dueAt: new Date('2037-01-02T17:30:00+08:00'),
      dueProvisional: false,
    })
    expect(await standingAlarms(t.app)).toEqual([])
  })
})
