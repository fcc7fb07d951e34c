import { Client } from 'pg'
import { afterEach, describe, expect, test } from 'vitest'
import { openCallbacks } from '../../src/callback/open.ts'
import { changeStaff, createStaff, issueOneTimePassword } from '../../src/staff/staff.ts'
import { createStaffKey } from '../../src/staff/keys.ts'
import { raiseAlarm } from '../../src/alarm/alarm.ts'
import { centre, station, testApp, until, type TestApp } from '../support/app.ts'
import { browser } from '../support/browser.ts'
import { listenTo, type EventPage } from '../support/events.ts'

let t: TestApp
const pages: EventPage[] = []
afterEach(async () => {
  for (const opened of pages.splice(0)) opened.close()
  await t.close()
})

async function page(key: string): Promise<EventPage> {
  const opened = await listenTo(t.url, { authorization: `Bearer ${key}` })
  pages.push(opened)
  return opened
}

const wanted = (unitCode: string) => ({
  caseId: t.app.newId(),
  unitCode,
  origin: 'dissatisfied' as const,
})

/** Opens a callback of a unit; returns its id. */
async function callbackOf(unitCode: string): Promise<string> {
  const one = wanted(unitCode)
  await t.app.db.transaction().execute((tx) => openCallbacks(t.app, tx, [one]))
  const { id } = await t.app.db
    .selectFrom('callback')
    .select('id')
    .where('caseId', '=', one.caseId)
    .executeTakeFirstOrThrow()
  return id
}

/** Waits until the page has heard this; what else it heard is whatever stands before. */
const hears = (listener: EventPage, data: Record<string, unknown>) =>
  until(`hears ${JSON.stringify(data)}`, async () =>
    listener.heard.some((each) => JSON.stringify(each.data) === JSON.stringify(data)),
  )

const told = (listener: EventPage) =>
  listener.heard.filter(({ event }) => event === 'change').map(({ data }) => data)

describe('live changes', () => {
  test('a change that commits is told to whoever may see it, one that is undone is not', async () => {
    t = await testApp()
    const agent = await page(await t.staffKey('agent'))
    await t.app.db
      .transaction()
      .execute(async (tx) => {
        await openCallbacks(t.app, tx, [wanted(station)])
        throw new Error('undone')
      })
      .catch(() => {})
    const id = await callbackOf(station)
    await hears(agent, { topic: 'callbacks', id })
    expect(told(agent)).toEqual([{ topic: 'callbacks', id }])
  })

  test('law 7: the rated hear nothing of their own cases, nor of cases outside their part of the tree', async () => {
    t = await testApp()
    const rated = await page(await t.staffKey('agent', station))
    const above = await page(await t.staffKey('supervisor', 'FJ1'))
    const elsewhere = await createStaff(t.app, 'test', {
      name: '只管泉山',
      role: 'agent',
      unitCode: centre,
      scopeCode: 'FJ2',
    })
    const bounded = await page(await createStaffKey(t.app, elsewhere.id))
    await callbackOf(station)
    const other = await callbackOf('FJ2')
    // What comes later was heard, so what came before was kept from them.
    await hears(above, { topic: 'callbacks', id: other })
    await hears(bounded, { topic: 'callbacks', id: other })
    expect(told(above)).toEqual([{ topic: 'callbacks', id: other }])
    expect(told(bounded)).toEqual([{ topic: 'callbacks', id: other }])
    const neighbour = await callbackOf('PCS2')
    await hears(rated, { topic: 'callbacks', id: neighbour })
    expect(told(rated)).toEqual([{ topic: 'callbacks', id: neighbour }])
  })

  test('law 7: a reply that may concern several units is told to none of them, an urgent one to all others', async () => {
    t = await testApp()
    const replyId = t.app.newId()
    const rated = await page(await t.staffKey('agent', 'FJ2'))
    const far = await createStaff(t.app, 'test', {
      name: '只管泉山',
      role: 'agent',
      unitCode: centre,
      scopeCode: 'FJ2',
    })
    const elsewhere = await page(await createStaffKey(t.app, far.id))
    await t.app.db.transaction().execute(async (tx) => {
      await tx.insertInto('duty').values({ replyId, state: 'ringing' }).execute()
      await tx
        .insertInto('triage')
        .values({
          replyId,
          unitCode: station,
          concernedUnits: [station, 'FJ2'],
          reason: 'urgent',
          state: 'waiting',
          dueAt: t.app.clock.now(),
        })
        .execute()
    })
    await hears(elsewhere, { topic: 'duty', id: replyId })
    expect(told(elsewhere)).toEqual([{ topic: 'duty', id: replyId }])
    const next = await callbackOf(station)
    await hears(rated, { topic: 'callbacks', id: next })
    expect(told(rated)).toEqual([{ topic: 'callbacks', id: next }])
  })

  test('roles hear of their own work alone', async () => {
    t = await testApp()
    const handler = await page(await t.staffKey('handler', station))
    const auditor = await page(await t.staffKey('auditor'))
    const agent = await page(await t.staffKey('agent'))
    await callbackOf('PCS2')
    await raiseAlarm(t.app, t.app.db, { kind: 'test', subject: 'x', message: 'x' })
    await until('alarm', async () => told(agent).some(({ topic }) => topic === 'alarms'))
    await until('alarm', async () => told(auditor).length > 0)
    expect(told(auditor).map(({ topic }) => topic)).toEqual(['alarms'])
    expect(told(handler)).toEqual([])
  })

  test('a lease that is renewed is no news', async () => {
    t = await testApp()
    const key = await t.staffKey('agent')
    const id = await callbackOf(station)
    await t.call('POST', '/api/v1/callbacks/claim', key, {})
    const agent = await page(await t.staffKey('agent'))
    await t.call('POST', `/api/v1/callbacks/${id}/renew`, key, {})
    const next = await callbackOf(station)
    await hears(agent, { topic: 'callbacks', id: next })
    expect(told(agent)).toEqual([{ topic: 'callbacks', id: next }])
  })

  test('many changes at once are told as one', async () => {
    t = await testApp()
    const agent = await page(await t.staffKey('agent'))
    await t.app.db.transaction().execute(async (tx) => {
      await openCallbacks(
        t.app,
        tx,
        Array.from({ length: 30 }, () => wanted(station)),
      )
    })
    await hears(agent, { topic: 'callbacks' })
    expect(told(agent)).toEqual([{ topic: 'callbacks' }])
  })

  test('after the connection to the database was cut, pages are told to read anew, and hear on', async () => {
    t = await testApp()
    const agent = await page(await t.staffKey('agent'))
    const owner = new Client({ connectionString: t.ownerUrl })
    await owner.connect()
    const cut = async () =>
      (
        await owner.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND query LIKE 'LISTEN huifang_change%'`,
        )
      ).rowCount
    await until('it listens', async () => (await cut()) === 1)
    agent.heard.length = 0
    await until('resync', async () => agent.heard.some(({ event }) => event === 'resync'))
    const id = await callbackOf(station)
    await hears(agent, { topic: 'callbacks', id })
    expect(agent.heard.findIndex(({ event }) => event === 'resync')).toBe(0)
    await owner.end()
  })

  test('the end of one’s session is told to oneself alone, and a change of role ends the stream', async () => {
    t = await testApp()

    const staff = await createStaff(t.app, 'test', {
      name: '张三',
      role: 'agent',
      unitCode: centre,
    })
    const password = await issueOneTimePassword(t.app, 'test', staff)
    const [desk, phone] = [browser(t.url), browser(t.url)]
    await desk.signIn(staff.name, password)
    await desk.call('POST', '/api/v1/session/password', {
      current: password,
      next: 'a long secret',
    })
    await phone.signIn(staff.name, 'a long secret')
    const own = await listenTo(t.url, { cookie: desk.cookie()! })
    pages.push(own)
    const other = await page(await t.staffKey('agent'))
    await phone.call('DELETE', '/api/v1/session')
    await until('told', async () => told(own).length > 0)
    expect(told(own)[0]).toMatchObject({ topic: 'session' })
    await changeStaff(t.app, 'test', { id: staff.id }, { role: 'handler' })
    const id = await callbackOf(station)
    await hears(other, { topic: 'callbacks', id })
    expect(told(other)).toEqual([{ topic: 'callbacks', id }])
    await own.ended
  })
})
