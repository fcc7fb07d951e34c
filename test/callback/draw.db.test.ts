import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { drawCallbacks } from '../../src/callback/draw.ts'
import { recordOutcomes } from '../../src/scoring/outcome.ts'
import { freshPhone, row, station, testApp, type TestApp } from '../support/app.ts'
import { ask, outcomeOf, reply, sendAll } from '../evaluation/support.ts'

let t: TestApp
afterEach(async () => t.close())

const drawn = () =>
  t.app.db
    .selectFrom('callback')
    .select(['id', 'caseId', 'origin', 'state', 'unitCode', 'priority'])
    .orderBy('id')
    .execute()
const origins = async () => (await drawn()).map(({ origin }) => origin).sort()

/** Everything that happened until now happened at noon of the day before. */
async function nextDay(): Promise<void> {
  const noon = sql`(date_trunc('day', now() AT TIME ZONE 'Asia/Shanghai') - interval '12 hours')
    AT TIME ZONE 'Asia/Shanghai'`
  await sql`UPDATE survey SET answered_at = ${noon} WHERE answered_at IS NOT NULL`.execute(t.app.db)
  await sql`UPDATE survey SET expires_at = ${noon} WHERE state = 'expired'`.execute(t.app.db)
  await sql`UPDATE suppression SET at = ${noon}`.execute(t.app.db)
  await sql`UPDATE message SET delivered_at = ${noon} WHERE delivery IS NOT NULL`.execute(t.app.db)
  await sql`UPDATE callback_draw SET day = day - 1`.execute(t.app.db)
}

async function satisfied(unitCode = station): Promise<string> {
  const phone = freshPhone()
  await t.call('POST', '/api/v1/transactions', t.sourceKey, [
    row(phone, { unitCode, citizen: { phone } }),
  ])
  await sendAll(t)
  await reply(t, { phone, text: '满意' })
  const { id } = await t.app.db
    .selectFrom('transaction')
    .select('id')
    .where('externalId', '=', phone)
    .executeTakeFirstOrThrow()
  return id
}

async function landline(change: Record<string, unknown> = {}): Promise<string> {
  const phone = `0516${freshPhone().slice(3)}`.replace(/^0516./, '05168')
  const { body } = await t.call('POST', '/api/v1/transactions', t.sourceKey, [
    row(phone, { citizen: { phone }, ...change }),
  ])
  return body.verdicts[0].transactionId as string
}

const drawing = (draw: Record<string, number>) => ({
  policy: (policy: { callback: { draw: object } }) =>
    void (policy.callback.draw = {
      satisfiedPerUnitPerDay: 0,
      noReplyPerUnitPerDay: 0,
      landlinePerUnitPerDay: 0,
      undeliveredPerUnitPerDay: 0,
      ...draw,
    }),
})

test('nothing is drawn unless the policy says so', async () => {
  t = await testApp()
  await satisfied()
  await landline()
  await nextDay()
  expect(await drawCallbacks(t.app)).toBe(0)
  expect(await drawn()).toEqual([])
})

describe('a draw', () => {
  beforeEach(async () => {
    t = await testApp(
      drawing({ satisfiedPerUnitPerDay: 2, landlinePerUnitPerDay: 1, noReplyPerUnitPerDay: 1 }),
    )
  })

  test('takes so many of each unit and day as the policy says, and no case twice', async () => {
    for (const unit of [station, station, station, station, station, 'PCS2']) await satisfied(unit)
    expect(await drawCallbacks(t.app)).toBe(0)
    await nextDay()
    expect(await drawCallbacks(t.app)).toBe(3)
    expect((await drawn()).map(({ unitCode }) => unitCode).sort()).toEqual(
      [station, station, 'PCS2'].sort(),
    )
    expect(await drawCallbacks(t.app)).toBe(0)
    // The same cases once more, as if the day had been drawn by nobody.
    await t.app.db.deleteFrom('callbackDraw').execute()
    expect(await drawCallbacks(t.app)).toBe(2)
    await t.app.db.updateTable('callback').set({ state: 'cancelled' }).execute()
    await t.app.db.deleteFrom('callbackDraw').execute()
    expect(await drawCallbacks(t.app)).toBe(1)
    const cases = (await drawn()).map(({ caseId }) => caseId)
    expect(new Set(cases).size).toBe(cases.length)
  })

  test('is done once, however many processes draw at once', async () => {
    for (let each = 0; each < 5; each++) await satisfied()
    await nextDay()
    const opened = await Promise.all([1, 2, 3, 4].map(() => drawCallbacks(t.app)))
    expect(opened.filter((each) => each > 0)).toEqual([2])
    expect(await drawn()).toHaveLength(2)
  })

  test('passes by who must not be asked, and who was called before', async () => {
    const flagged = await landline({ flags: ['domestic_violence'] })
    const blocked = await landline()
    await sql`INSERT INTO contact_block (phone_hash, kind, origin)
      SELECT phone_hash, 'excluded', 'test' FROM transaction WHERE id = ${blocked}`.execute(
      t.app.db,
    )
    const { phone } = await ask(t)
    await reply(t, { phone, text: '不满意' })
    // As if a source's flag were not among those excluded when the row came.
    await sql`UPDATE suppression SET reason = 'landline' WHERE transaction_id = ${flagged}`.execute(
      t.app.db,
    )
    await nextDay()
    expect(await drawCallbacks(t.app)).toBe(0)
    expect(await origins()).toEqual(['dissatisfied'])
  })

  test('of a landline is called without any text, and its outcome says what it came from', async () => {
    const id = await landline()
    await nextDay()
    expect(await drawCallbacks(t.app)).toBe(1)
    expect(await outcomeOf(t, id)).toMatchObject({
      result: 'pending',
      content: {
        ask: null,
        suppressed: 'landline',
        callback: { origin: 'landline', state: 'waiting' },
      },
    })
    const agent = await t.staffKey('agent')
    const { id: callbackId } = (await drawn())[0]!
    const at = `/api/v1/callbacks/${callbackId}`
    expect((await t.call('POST', `${at}/claim`, agent, {})).status).toBe(200)
    const view = await t.call('GET', at, agent)
    expect(view.status).toBe(200)
    expect(JSON.stringify(view.body.script)).not.toContain('回复我们的短信')
    expect(view.body.callback.complaintStands).toBe(false)
    const report = { result: 'reached', rating: 'satisfied' }
    const answer = await t.call('POST', `${at}/attempts`, agent, report)
    expect(answer.body).toMatchObject({ state: 'resolved', awaitsReview: false })
    expect(await outcomeOf(t, id)).toMatchObject({
      result: 'callback_resolved',
      content: { ask: null, originalRating: null, laterRating: 'satisfied' },
    })
  })

  test('needs no finding until the citizen complains on the phone', async () => {
    await landline()
    await nextDay()
    await drawCallbacks(t.app)
    const agent = await t.staffKey('agent')
    const { id } = (await drawn())[0]!
    await t.call('POST', `/api/v1/callbacks/${id}/claim`, agent, {})
    const record = (report: object) =>
      t.call('POST', `/api/v1/callbacks/${id}/attempts`, agent, { result: 'reached', ...report })
    expect(await record({ rating: 'dissatisfied' })).toMatchObject({
      status: 400,
      body: { code: 'request.invalid', field: 'finding' },
    })
    expect((await record({})).status).toBe(200)
    expect(await drawn()).toMatchObject([{ state: 'resolved' }])
  })

  test('whose rating is raised waits for a second person, with nothing found', async () => {
    await satisfied()
    await nextDay()
    await drawCallbacks(t.app)
    const [agent, supervisor] = [await t.staffKey('agent'), await t.staffKey('supervisor')]
    const { id } = (await drawn())[0]!
    await t.call('POST', `/api/v1/callbacks/${id}/claim`, agent, {})
    const report = { result: 'reached', rating: 'very_satisfied' }
    const recorded = await t.call('POST', `/api/v1/callbacks/${id}/attempts`, agent, report)
    expect(recorded.body).toMatchObject({ state: 'resolved', awaitsReview: true })
    const { body } = await t.call('GET', '/api/v1/callbacks/reviews', supervisor)
    expect(body.reviews).toMatchObject([{ id, proposedFinding: null }])
    await t.call('POST', `/api/v1/callbacks/${id}/review`, supervisor, { approve: true })
    const after = await t.app.db
      .selectFrom('callback')
      .select(['finding', 'laterRating'])
      .executeTakeFirstOrThrow()
    expect(after).toEqual({ finding: null, laterRating: 'very_satisfied' })
  })

  test('of a landline that nobody answers sends no text there', async () => {
    await landline()
    await nextDay()
    await drawCallbacks(t.app)
    const agent = await t.staffKey('agent')
    const { id } = (await drawn())[0]!
    await t.call('POST', `/api/v1/callbacks/${id}/claim`, agent, {})
    await t.call('POST', `/api/v1/callbacks/${id}/attempts`, agent, { result: 'wrong_number' })
    expect(await drawn()).toMatchObject([{ state: 'unreachable' }])
    expect(await t.app.db.selectFrom('message').selectAll().execute()).toEqual([])
  })

  test('stays unseen by the unit concerned, and the others can claim it (law 7)', async () => {
    await satisfied()
    await nextDay()
    await drawCallbacks(t.app)
    const [own, other] = [await t.staffKey('agent', station), await t.staffKey('agent')]
    const { id } = (await drawn())[0]!
    expect((await t.call('GET', `/api/v1/callbacks/${id}`, own)).status).toBe(404)
    expect((await t.call('POST', `/api/v1/callbacks/${id}/claim`, own, {})).status).toBe(409)
    expect((await t.call('POST', `/api/v1/callbacks/${id}/claim`, other, {})).status).toBe(200)
  })

  test('that waits becomes a complaint when one comes', async () => {
    const { id, phone } = await ask(t)
    await sql`UPDATE survey SET state = 'expired', disposition = 'no_reply', expires_at = now()
      WHERE id = ${id}`.execute(t.app.db)
    await nextDay()
    expect(await drawCallbacks(t.app)).toBe(1)
    await reply(t, { phone, text: '不满意' })
    expect(await drawn()).toMatchObject([{ caseId: id, origin: 'dissatisfied', priority: 5 }])
  })
})

test('texts that did not arrive are drawn', async () => {
  t = await testApp(drawing({ undeliveredPerUnitPerDay: 1 }))
  const { id } = await ask(t)
  await sql`UPDATE message SET delivery = 'undelivered', delivery_code = 'UNKNOWN', delivered_at = now()`.execute(
    t.app.db,
  )
  await nextDay()
  expect(await drawCallbacks(t.app)).toBe(1)
  expect(await drawn()).toMatchObject([{ caseId: id, origin: 'undelivered' }])
})

test('a case that was neither asked nor called has no outcome', async () => {
  t = await testApp()
  const id = await landline()
  await t.app.db.transaction().execute((tx) => recordOutcomes(t.app, tx, [id]))
  expect(await t.app.db.selectFrom('outcome').selectAll().execute()).toEqual([])
})
