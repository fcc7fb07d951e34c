import { sql } from 'kysely'
import { Client } from 'pg'
import { afterEach, describe, expect, test } from 'vitest'
import { examine } from '../../src/doctor/examine.ts'
import { dispatch } from '../../src/sms/dispatch.ts'
import { proveSent } from '../../src/sms/prove.ts'
import { takeDueMessages } from '../../src/sms/take.ts'
import { freshPhone, row, testApp, until, type TestApp } from '../support/app.ts'

let t: TestApp
let sender: Client | undefined
afterEach(async () => {
  await sender?.end()
  sender = undefined
  await t.close()
})

const citizen = () => ({ phone: freshPhone(), name: '张三' })
const important = { business: '110', category: '纠纷' }

async function push(externalId: string, change: Record<string, unknown>) {
  const { body } = await t.call(
    'POST',
    '/api/v1/transactions',
    t.sourceKey,
    row(externalId, change),
  )
  return body.verdicts[0] as { surveyed: boolean; reason?: string; transactionId: string }
}

async function sendAll(): Promise<void> {
  await t.app.db
    .updateTable('message')
    .set({ dueAt: sql`now()`, lookAt: sql`now()` })
    .where('state', '=', 'queued')
    .execute()
  for (const ids of await takeDueMessages(t.app, 100)) await dispatch(t.app, ids)
}

/** Where each matter is, and what came of it: surveys in the order of their transactions. */
const surveys = async () =>
  (await t.app.db.selectFrom('survey').selectAll().orderBy('id').execute()).map(
    ({ state, disposition, failure }) => [state, disposition, failure],
  )
const suppressed = () => t.app.db.selectFrom('suppression').select('reason').execute()
const holder = async () =>
  (await t.app.db.selectFrom('openSurvey').select('surveyId').execute()).map(
    (each) => each.surveyId,
  )
const outcomes = () => t.app.db.selectFrom('outcome').select('outcomeId').execute()
const troubles = () => examine({ ...t.app, queues: t.app.queues })

describe('the contact floor', () => {
  test('within it a number is asked about nothing else, however important, and the reason is on record', async () => {
    t = await testApp({ policy: (policy) => (policy.survey.contactFloorDays = 30) })
    const who = citizen()
    await push('old', { citizen: who })
    await sendAll()
    // All windows of the first one are over; only the floor stands.
    await t.app.db
      .updateTable('survey')
      .set({ state: 'closed', disposition: 'no_reply', lookAt: null })
      .execute()
    expect(await push('new', { citizen: who, ...important })).toMatchObject({
      surveyed: false,
      reason: 'asked_recently',
    })
    await t.app.db
      .updateTable('openSurvey')
      .set({ freeAt: sql`now()`, floorUntil: sql`now()` })
      .execute()
    expect(await push('later', { citizen: who })).toMatchObject({ surveyed: true })
  })

  test('without one a more important matter is asked about as soon as it comes', async () => {
    t = await testApp()
    const who = citizen()
    await push('old', { citizen: who })
    await sendAll()
    expect(await push('new', { citizen: who, ...important })).toMatchObject({ surveyed: true })
  })
})

describe('law 8: a more important matter takes the place of an older one, and nothing is silent', () => {
  test('law 8: an ask that was not sent yet is dropped, and its end is an outcome', async () => {
    t = await testApp()
    const who = citizen()
    const old = await push('old', { citizen: who })
    const fresh = await push('new', { citizen: who, ...important })
    expect(fresh.surveyed).toBe(true)
    expect(await surveys()).toEqual([
      ['closed', 'not_sent', 'superseded'],
      ['scheduled', null, null],
    ])
    expect(await outcomes()).toEqual([{ outcomeId: old.transactionId }])
    expect(await troubles()).toEqual([])
  })

  test('law 8: an ask that waits for its reply ends as superseded, and its end is an outcome', async () => {
    t = await testApp()
    const who = citizen()
    const old = await push('old', { citizen: who })
    await sendAll()
    const fresh = await push('new', { citizen: who, ...important })
    expect(fresh.surveyed).toBe(true)
    expect(await surveys()).toEqual([
      ['closed', 'superseded', null],
      ['scheduled', null, null],
    ])
    expect(await holder()).toEqual([fresh.transactionId])
    expect(await outcomes()).toEqual([{ outcomeId: old.transactionId }])
    expect(await troubles()).toEqual([])
  })

  test.each(['submitting', 'unknown'])(
    'law 8: an ask that is %s keeps its place; the other matter is left out with a reason',
    async (state) => {
      t = await testApp({ gateway: { receiptDelayMs: 3_600_000 } })
      const who = citizen()
      const old = await push('old', { citizen: who })
      t.gateway.setFaults({ calls: [{ what: 'server_error', accept: true, times: 1 }] })
      await sendAll()
      // The process died before it read the answer.
      await t.app.db.updateTable('message').set({ state }).execute()
      await t.app.db.updateTable('survey').set({ state }).execute()

      expect(await push('new', { citizen: who, ...important })).toMatchObject({
        surveyed: false,
        reason: 'asked_recently',
      })
      expect(await suppressed()).toEqual([{ reason: 'asked_recently' }])
      expect(await surveys()).toEqual([[state, null, null]])
      expect(await holder()).toEqual([old.transactionId])
      expect(await troubles()).toEqual([])

      // Once it is known, it is an ask like any other, and gives way.
      await t.app.db
        .transaction()
        .execute((tx) => proveSent(t.app, tx, old.transactionId as never, 'ask'))
      expect(await push('newer', { citizen: who, ...important })).toMatchObject({ surveyed: true })
      expect(await surveys()).toEqual([
        ['closed', 'superseded', null],
        ['scheduled', null, null],
      ])
      expect(await troubles()).toEqual([])
    },
  )

  test('law 8: an ask whose text is being taken up at this very moment keeps its place', async () => {
    t = await testApp()
    const who = citizen()
    const old = await push('old', { citizen: who })
    sender = new Client({ connectionString: t.ownerUrl })
    await sender.connect()
    await sender.query('BEGIN')
    await sender.query(`UPDATE message SET state = 'submitting', submitted_at = now(),
      out_id = gen_random_uuid(), look_at = now() + interval '1 minute'`)
    await sender.query(`UPDATE survey SET state = 'submitting'`)
    const { rows } = await sender.query<{ xid: string }>('SELECT pg_current_xact_id()::xid AS xid')
    const pushed = push('new', { citizen: who, ...important })
    await until('the newcomer waits for the sender', async () => {
      const waits = await sql`SELECT 1 FROM pg_locks
        WHERE NOT granted AND transactionid::text = ${rows[0]!.xid}`.execute(t.app.db)
      return waits.rows.length > 0
    })
    await sender.query('COMMIT')
    expect(await pushed).toMatchObject({ surveyed: false, reason: 'asked_recently' })
    expect(await surveys()).toEqual([['submitting', null, null]])
    expect(await holder()).toEqual([old.transactionId])
    expect(await troubles()).toEqual([])
  })

  test('law 8: of matters that come in at the same moment, one is asked about and each other has a reason', async () => {
    t = await testApp()
    const who = citizen()
    await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        push(`m${index}`, { citizen: who, ...(index % 2 === 0 ? {} : important) }),
      ),
    )
    const all = await surveys()
    expect(all.length + (await suppressed()).length).toBe(8)
    const standing = all.filter(([state]) => state === 'scheduled')
    expect(standing).toHaveLength(1)
    expect(all.filter(([, , failure]) => failure === 'superseded')).toHaveLength(all.length - 1)
    expect(await troubles()).toEqual([])
  })
})
