import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { standingAlarms } from '../../src/alarm/alarm.ts'
import { watchSources } from '../../src/intake/silence.ts'
import { createSource } from '../../src/staff/keys.ts'
import { row, testApp, type TestApp } from '../support/app.ts'

let t: TestApp
let key: string
beforeAll(async () => {
  t = await testApp()
})
afterAll(async () => t.close())
beforeEach(async () => {
  await watchSources(t.app)
  key = await createSource(t.app, { name: 'watched', silentAfterMinutes: 30 })
  await lastPushed(0)
  await watchSources(t.app)
})

const lastPushed = (minutesAgo: number) =>
  sql`UPDATE source SET last_pushed_at = now() - make_interval(mins => ${minutesAgo})`.execute(
    t.app.db,
  )
const alarms = async () =>
  (await standingAlarms(t.app)).map(({ kind, subject }) => `${kind} ${subject}`)
const everRaised = async () => (await t.app.db.selectFrom('alarm').select('id').execute()).length

test('a source that falls silent raises one alarm that says what to do; its next push ends it', async () => {
  const before = await everRaised()
  await lastPushed(29)
  await watchSources(t.app)
  expect(await alarms()).toEqual([])

  await lastPushed(31)
  await Promise.all([watchSources(t.app), watchSources(t.app)])
  await watchSources(t.app)
  expect(await alarms()).toEqual(['source.silent watched'])
  expect(await everRaised()).toBe(before + 1)
  expect((await standingAlarms(t.app))[0]!.message).toBe(
    '来源系统 watched 已超过 30 分钟没有推送办结业务，请联系对方检查',
  )

  await t.call('POST', '/api/v1/transactions', key, row('a'))
  await watchSources(t.app)
  expect(await alarms()).toEqual([])

  await lastPushed(31)
  await watchSources(t.app)
  expect(await alarms()).toEqual(['source.silent watched'])
  expect(await everRaised()).toBe(before + 2)
})

test('the same row again counts as a push, for the source is alive', async () => {
  await t.call('POST', '/api/v1/transactions', key, row('same'))
  await lastPushed(31)
  await watchSources(t.app)
  const { body } = await t.call('POST', '/api/v1/transactions', key, row('same'))
  expect(body.verdicts[0].verdict).toMatch(/duplicate|amended/)
  await watchSources(t.app)
  expect(await alarms()).toEqual([])
})

test('a source without a limit never raises one, and taking the limit away ends the one that stands', async () => {
  await lastPushed(31)
  await watchSources(t.app)
  expect(await alarms()).toEqual(['source.silent watched'])
  await createSource(t.app, { name: 'watched', silentAfterMinutes: null })
  await watchSources(t.app)
  expect(await alarms()).toEqual([])
})
