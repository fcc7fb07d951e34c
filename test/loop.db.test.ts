import { sql } from 'kysely'
import { afterEach, describe, expect, test } from 'vitest'
import { dispatch } from '../src/sms/dispatch.ts'
import { takeDueMessages } from '../src/sms/take.ts'
import { conclude } from '../src/survey/conclude.ts'
import { freshPhone, row, testApp, until, type TestApp } from './support/app.ts'

let t: TestApp
afterEach(async () => t.close())

/** Pushes one row and waits until its survey is open. */
async function ask(externalId: string, phone: string, change: Record<string, unknown> = {}) {
  const pushed = await t.call(
    'POST',
    '/api/v1/transactions',
    t.sourceKey,
    row(externalId, { citizen: { phone }, ...change }),
  )
  expect(pushed.status).toBe(202)
  const id = pushed.body.verdicts[0].transactionId as string
  await until('open', async () => (await survey(id))?.state === 'open')
  return id
}

const survey = (id: string) =>
  t.app.db.selectFrom('survey').selectAll().where('id', '=', id).executeTakeFirst()

describe('the way of the data', () => {
  test('a satisfied reply becomes an outcome in the feed', async () => {
    t = await testApp()
    await t.work()
    const phone = freshPhone()
    const id = await ask('a', phone)
    t.gateway.reply({ phone, text: '1' })
    const entry = await until('feed', async () => {
      const { body } = await t.call('GET', '/api/v1/outcomes', t.feedKey)
      return body.outcomes.find(
        (each: { outcomeId: string; revision: number }) => each.outcomeId === id,
      )
    })
    expect(entry).toMatchObject({ result: 'satisfied', revision: 1, feedSeq: 1 })
    expect(entry.content).toMatchObject({ externalId: 'a', originalRating: 'satisfied' })
    expect(JSON.stringify(entry)).not.toContain(phone)
  })

  test('a dissatisfied reply opens a callback, which ends in a second revision', async () => {
    t = await testApp()
    await t.work()
    const agent = await t.staffKey('agent')
    const phone = freshPhone()
    const id = await ask('a', phone)
    t.gateway.reply({ phone, text: '不满意' })
    const claimed = await until('callback', async () => {
      const { status, body } = await t.call('POST', '/api/v1/callbacks/claim', agent, {})
      return status === 200 ? body : null
    })
    expect(claimed.callback).toMatchObject({ caseId: id, origin: 'dissatisfied', state: 'claimed' })
    expect(claimed.case.citizen.phone).toBe(`${phone.slice(0, 3)}****${phone.slice(7)}`)
    const path = `/api/v1/callbacks/${claimed.callback.id}`
    const revealed = await t.call('POST', `${path}/number`, agent, {})
    expect(revealed.body).toEqual({ phone })
    const done = await t.call('POST', `${path}/attempts`, agent, {
      result: 'reached',
      finding: 'upheld',
      rating: 'dissatisfied',
    })
    expect(done.body).toMatchObject({ state: 'resolved', awaitsReview: false })
    const last = await until('second revision', async () => {
      const { body } = await t.call('GET', '/api/v1/outcomes', t.feedKey)
      return body.outcomes.find(
        (each: { outcomeId: string; revision: number }) => each.revision === 2,
      )
    })
    expect(last).toMatchObject({ outcomeId: id, result: 'callback_resolved' })
    expect(last.content.callback).toMatchObject({ finding: 'upheld', attempts: 1 })
  })

  test('no reply ends as no reply, never as a rating', async () => {
    t = await testApp({ policy: (policy) => void (policy.survey.replyWindowSeconds = 0.1) })
    await t.work()
    const phone = freshPhone()
    const pushed = await t.call(
      'POST',
      '/api/v1/transactions',
      t.sourceKey,
      row('a', { citizen: { phone } }),
    )
    const id = pushed.body.verdicts[0].transactionId as string
    const ended = await until('expired', async () => {
      const found = await survey(id)
      return found?.state === 'expired' ? found : null
    })
    expect(ended).toMatchObject({ disposition: 'no_reply', firstRating: null })
  })

  test('a late reply revives an expired survey and is marked late', async () => {
    t = await testApp({ policy: (policy) => void (policy.survey.replyWindowSeconds = 0.1) })
    await t.work()
    const phone = freshPhone()
    const pushed = await t.call(
      'POST',
      '/api/v1/transactions',
      t.sourceKey,
      row('a', { citizen: { phone } }),
    )
    const id = pushed.body.verdicts[0].transactionId as string
    await until('expired', async () => (await survey(id))?.state === 'expired')
    t.gateway.reply({ phone, text: '2' })
    const revived = await until('answered', async () => {
      const found = await survey(id)
      return found?.state === 'answered' ? found : null
    })
    expect(revived).toMatchObject({ late: true, firstRating: 'basically_satisfied' })
  })

  test('a reply that waited in a backlog while its survey expired is not late', async () => {
    t = await testApp({ policy: (policy) => void (policy.survey.replyWindowSeconds = 3_600) })
    const phone = freshPhone()
    await t.call('POST', '/api/v1/transactions', t.sourceKey, row('a', { citizen: { phone } }))
    const { id } = await t.app.db.selectFrom('survey').select('id').executeTakeFirstOrThrow()
    for (const ids of await takeDueMessages(t.app, 10)) await dispatch(t.app, ids)
    t.gateway.reply({ phone, text: '1' })
    await until('stored raw', () =>
      t.app.db
        .selectFrom('inbound')
        .select('id')
        .where('channel', '=', 'sms_up')
        .executeTakeFirst(),
    )
    // An hour passes before anybody reads it.
    const hour = sql`interval '1 hour 1 second'`
    await sql`UPDATE inbound SET received_at = received_at - ${hour}`.execute(t.app.db)
    await sql`UPDATE survey SET expires_at = expires_at - ${hour}, sent_at = sent_at - ${hour}`.execute(
      t.app.db,
    )
    await conclude(t.app, [id])
    expect((await survey(id))?.state).toBe('expired')
    await t.work()
    const revived = await until('answered', async () => {
      const found = await survey(id)
      return found?.state === 'answered' ? found : null
    })
    expect(revived).toMatchObject({ late: false, firstRating: 'satisfied' })
  })

  test('an urgent reply rings on the duty list and waits for a person', async () => {
    t = await testApp()
    await t.work()
    const phone = freshPhone()
    await ask('a', phone)
    t.gateway.reply({ phone, text: '他又打我了，救命' })
    const duty = await until('duty', () =>
      t.app.db.selectFrom('duty').selectAll().executeTakeFirst(),
    )
    expect(duty.state).toBe('ringing')
    const triage = await t.app.db.selectFrom('triage').selectAll().executeTakeFirstOrThrow()
    expect(triage).toMatchObject({ replyId: duty.replyId, reason: 'urgent', state: 'waiting' })
  })

  test('an opt-out is recorded at once and keeps the number from being asked again', async () => {
    t = await testApp()
    await t.work()
    const phone = freshPhone()
    await ask('a', phone)
    t.gateway.reply({ phone, text: 'TD' })
    await until('block', () => t.app.db.selectFrom('contactBlock').selectAll().executeTakeFirst())
    const again = await t.call(
      'POST',
      '/api/v1/transactions',
      t.sourceKey,
      row('b', { citizen: { phone } }),
    )
    expect(again.body.verdicts[0]).toMatchObject({ surveyed: false, reason: 'opted_out' })
  })
})
