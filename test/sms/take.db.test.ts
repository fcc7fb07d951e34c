import { sql } from 'kysely'
import { afterEach, describe, expect, test } from 'vitest'
import { dateAt, inBusinessZone, standingClock } from '../../src/foundation/clock.ts'
import type { Policy } from '../../src/policy/policy.ts'
import { standingAlarms } from '../../src/alarm/alarm.ts'
import { dispatch } from '../../src/sms/dispatch.ts'
import { watchSpending } from '../../src/sms/spending.ts'
import { dropStale } from '../../src/sms/stale.ts'
import { takeDueMessages, takeUnsettled } from '../../src/sms/take.ts'
import { station, testApp, type TestApp } from '../support/app.ts'
import { fillBucket, makeDue, queueTexts, sendDue, rowsOf, statesOf, textsOf } from './sending.ts'

let t: TestApp
afterEach(async () => t.close())

/** How many texts of each unit and business a round of the relay takes. */
async function taken(limit: number): Promise<Record<string, number>> {
  const ids = (await takeDueMessages(t.app, limit)).flat()
  if (ids.length === 0) return {}
  const rows = await t.app.db
    .selectFrom('message')
    .innerJoin('survey', 'survey.id', 'message.caseId')
    .select(['survey.unitCode', 'survey.business', sql<number>`count(*)`.as('texts')])
    .where('message.id', 'in', ids)
    .groupBy(['survey.unitCode', 'survey.business'])
    .orderBy('survey.unitCode')
    .execute()
  return Object.fromEntries(rows.map((each) => [`${each.unitCode} ${each.business}`, each.texts]))
}

describe('what texts may cost a day', () => {
  const capped = (segments: number) => (policy: Policy) => {
    policy.sms.fenPerSegment = 5
    policy.sms.yuanPerDayAtMost = (segments * 5) / 100
  }

  test('no more goes out than the day’s money pays for, the rest waits with an alarm, and the next day goes on', async () => {
    t = await testApp({ policy: capped(21) })
    await queueTexts(t, rowsOf(station, 15))
    await fillBucket(t)
    const segments = (await textsOf(t))[0]!.segments!
    expect(segments).toBe(2)
    expect(await taken(6)).toEqual({ 'PCS1 户政': 6 })
    await watchSpending(t.app)
    expect(await standingAlarms(t.app)).toEqual([])
    expect(await taken(100)).toEqual({ 'PCS1 户政': 4 })
    expect(await taken(100)).toEqual({})
    await watchSpending(t.app)
    expect((await standingAlarms(t.app)).map(({ kind, message }) => [kind, message])).toEqual([
      ['sms.spending', expect.stringContaining('已用 1.00 元，上限 1.05 元')],
    ])
    await t.app.db
      .updateTable('sendingRate')
      .set({ spentDay: sql`spent_day - 1` })
      .execute()
    expect(await taken(100)).toEqual({ 'PCS1 户政': 5 })
    await watchSpending(t.app)
    expect(await standingAlarms(t.app)).toEqual([])
  })

  test('a text that the provider put off is charged once', async () => {
    t = await testApp({ policy: capped(3) })
    await queueTexts(t, rowsOf(station, 1))
    t.gateway.setFaults({
      calls: [{ what: 'throttle', code: 'Throttling.User', message: 'too fast', times: 1 }],
    })
    await sendDue(t)
    await t.app.db.deleteFrom('sendingPause').execute()
    await makeDue(t)
    await sendDue(t)
    expect(t.gateway.ledger()).toHaveLength(1)
    const rate = await t.app.db
      .selectFrom('sendingRate')
      .select('spentSegments')
      .where('name', '=', 'send')
      .executeTakeFirst()
    expect(rate).toEqual({ spentSegments: 2 })
  })
})

describe('which texts go out next', () => {
  test('a unit with a huge backlog does not keep the others waiting: units take turns', async () => {
    t = await testApp()
    await queueTexts(t, rowsOf(station, 300))
    await queueTexts(t, [...rowsOf('PCS2', 20), ...rowsOf('FJ2', 20)])
    await fillBucket(t)
    expect(await taken(30)).toEqual({ 'PCS1 户政': 10, 'PCS2 户政': 10, 'FJ2 户政': 10 })
    expect(await taken(60)).toEqual({ 'PCS1 户政': 40, 'PCS2 户政': 10, 'FJ2 户政': 10 })
  })

  test('a unit whose texts use several templates gets no more turns for that', async () => {
    t = await testApp()
    await queueTexts(t, [
      ...rowsOf(station, 20),
      ...rowsOf(station, 20, { business: '车管' }),
      ...rowsOf('PCS2', 40),
    ])
    await fillBucket(t)
    const round = await taken(20)
    expect(round['PCS2 户政']).toBe(10)
  })

  test('the more urgent business goes first, whatever waits of the others, and the rest follows at once', async () => {
    t = await testApp()
    await queueTexts(t, rowsOf('PCS2', 50))
    await queueTexts(t, rowsOf(station, 10, { business: '110', category: '盗窃' }))
    await fillBucket(t)
    expect(await taken(15)).toEqual({ 'PCS1 110': 10, 'PCS2 户政': 5 })
  })

  test('a batch holds one template only, and at most a hundred texts', async () => {
    t = await testApp()
    await queueTexts(t, [...rowsOf(station, 130), ...rowsOf('PCS2', 40, { business: '车管' })])
    await fillBucket(t)
    const sizes = (await takeDueMessages(t.app, 1_000)).map((ids) => ids.length)
    expect(sizes.sort((a, b) => a - b)).toEqual([30, 40, 100])
  })

  test('what two relays take at once are never the same texts', async () => {
    t = await testApp()
    await queueTexts(t, rowsOf(station, 200))
    await fillBucket(t)
    const rounds = await Promise.all(Array.from({ length: 6 }, () => takeDueMessages(t.app, 200)))
    const ids = rounds.flat(2)
    expect(ids).toHaveLength(200)
    expect(new Set(ids).size).toBe(200)
  })

  test('nothing goes out while the sending window is closed, and all of it when it opens', async () => {
    t = await testApp()
    const open = await t.app.policy()
    const { hour } = inBusinessZone(t.app.clock.now())
    const from = hour < 12 ? 20 : 2
    const closed = structuredClone(open)
    closed.survey.sendingWindow = {
      from: `${pad(from)}:00`,
      to: `${pad(from)}:30`,
      blockedDays: [],
    }
    const blocked = structuredClone(open)
    blocked.survey.sendingWindow.blockedDays = [-1, 0, 1].map((days) =>
      inBusinessZone(t.app.clock.now()).plus({ days }).toISODate(),
    )
    await queueTexts(t, rowsOf(station, 3))
    await fillBucket(t)
    const takeUnder = (policy: Policy) =>
      takeDueMessages({ ...t.app, policy: () => Promise.resolve(policy) }, 10)
    expect(await takeUnder(closed)).toEqual([])
    expect(await takeUnder(blocked)).toEqual([])
    // Handed on before it closed: they stay in the queue.
    const ids = (await textsOf(t)).map(({ id }) => id)
    await dispatch({ ...t.app, policy: () => Promise.resolve(closed) }, ids)
    expect(await statesOf(t)).toEqual(['queued', 'queued', 'queued'])
    expect((await takeUnder(open)).flat()).toHaveLength(3)
  })

  test('a paused template holds back its own texts and no others', async () => {
    t = await testApp()
    await queueTexts(t, [...rowsOf(station, 5), ...rowsOf(station, 5, { business: '车管' })])
    const { id } = await t.app.db
      .selectFrom('templateVersion')
      .select('id')
      .where('purpose', '=', 'ask')
      .where('business', '=', '车管')
      .where('state', '=', 'active')
      .executeTakeFirstOrThrow()
    await t.app.db
      .insertInto('sendingPause')
      .values({ scope: 'template', subject: id, code: 'isv.SMS_TEMPLATE_ILLEGAL' })
      .execute()
    await fillBucket(t)
    expect(await taken(20)).toEqual({ 'PCS1 户政': 5 })
    await t.app.db.deleteFrom('sendingPause').execute()
    await fillBucket(t)
    expect(await taken(20)).toEqual({ 'PCS1 车管': 5 })
  })

  test('a text that lay for six weeks is given up with its reason, not sent', async () => {
    t = await testApp()
    await queueTexts(t, rowsOf(station, 2))
    await fillBucket(t)
    const sixWeeksMs = 42 * 24 * 3600 * 1000
    const later = {
      ...t.app,
      clock: standingClock(dateAt(t.app.clock.nowMs() + sixWeeksMs).toISOString()),
    }
    expect(await takeDueMessages(later, 10)).toEqual([])
    expect(await dropStale(later)).toBe(false)
    expect(await statesOf(t)).toEqual(['dropped', 'dropped'])
    const surveys = await t.app.db.selectFrom('survey').select(['state', 'failure']).execute()
    expect(surveys).toEqual([
      { state: 'failed', failure: 'too_late' },
      { state: 'failed', failure: 'too_late' },
    ])
  })
})

describe('the rate of the account', () => {
  test('is shared by all workers: together they take no more than it allows', async () => {
    const perSecond = 40
    t = await testApp({ policy: (policy) => void (policy.sms.textsPerSecond = perSecond) })
    await queueTexts(t, rowsOf(station, 400))
    const { began } = await t.app.db
      .selectNoFrom(sql<Date>`clock_timestamp()`.as('began'))
      .executeTakeFirstOrThrow()
    let count = 0
    const relay = async () => {
      while (count < 120) count += (await takeDueMessages(t.app, 100)).flat().length
    }
    await Promise.all([relay(), relay(), relay()])
    const { seconds } = await t.app.db
      .selectNoFrom(
        sql<number>`extract(epoch FROM clock_timestamp() - ${began}::timestamptz)::float8`.as(
          'seconds',
        ),
      )
      .executeTakeFirstOrThrow()
    // What the bucket held at the start, and what flowed in since.
    expect(count).toBeLessThanOrEqual(perSecond + perSecond * (seconds + 0.1))
    expect(count).toBeGreaterThanOrEqual(120)
  })

  test('holds back no more than a second’s worth after a pause', async () => {
    t = await testApp({ policy: (policy) => void (policy.sms.textsPerSecond = 5) })
    await queueTexts(t, rowsOf(station, 100))
    await fillBucket(t)
    // A minute's worth would be all of them; some may flow in while the round lasts.
    const texts = (await takeDueMessages(t.app, 100)).flat().length
    expect(texts).toBeGreaterThanOrEqual(5)
    expect(texts).toBeLessThan(100)
  })

  test('of queries bounds how many numbers the provider is asked about', async () => {
    t = await testApp({ policy: (policy) => void (policy.sms.queriesPerSecond = 7) })
    await queueTexts(t, rowsOf(station, 30))
    await t.app.db
      .updateTable('message')
      .set({ state: 'unknown', outId: t.app.newId(), submittedAt: sql`now()` })
      .execute()
    await fillBucket(t)
    expect((await takeUnsettled(t.app, 100)).flat()).toHaveLength(7)
  })
})

const pad = (hour: number) => String(hour).padStart(2, '0')
