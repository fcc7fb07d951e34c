import { sql } from 'kysely'
import { afterEach, describe, expect, test } from 'vitest'
import { settleAttempts } from '../../src/callback/attempt.ts'
import { dateAt, systemClock } from '../../src/foundation/clock.ts'
import { station, testApp, until, type TestApp } from '../support/app.ts'
import { seedCallback, seedCallbacks } from '../support/cases.ts'

let t: TestApp
afterEach(async () => t.close())

const undoable = {
  policy: (policy: { callback: { undoSeconds: number } }) =>
    void (policy.callback.undoSeconds = 60),
}
const at = (id: string, verb: string) => `/api/v1/callbacks/${id}/${verb}`
const state = async (id: string) =>
  t.app.db
    .selectFrom('callback')
    .select(['state', 'attempts', 'notBefore', 'leaseUntil'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
const texts = () => t.app.db.selectFrom('message').select('purpose').execute()
const outcomes = () => t.app.db.selectFrom('outcome').select('result').execute()
const timeIsOver = () =>
  t.app.db
    .updateTable('attempt')
    .set({ settleAt: sql`now()` })
    .where('settleAt', 'is not', null)
    .execute()

describe('a recorded result', () => {
  test('reaches nobody until its time to be undone is over, and then once', async () => {
    t = await testApp(undoable)
    const id = await seedCallback(t.app)
    const agent = await t.staffKey('agent')
    await t.call('POST', at(id, 'claim'), agent, {})
    const recorded = await t.call('POST', at(id, 'attempts'), agent, { result: 'wrong_number' })
    expect(recorded).toMatchObject({ status: 200, body: { state: 'unreachable' } })
    expect(recorded.body.settleAt).not.toBeNull()
    expect(await settleAttempts(t.app)).toBe(false)
    expect(await texts()).toEqual([])
    expect(await outcomes()).toEqual([])
    expect(await state(id)).toMatchObject({ state: 'talking', leaseUntil: null })
    await timeIsOver()
    await Promise.all([settleAttempts(t.app), settleAttempts(t.app), settleAttempts(t.app)])
    expect(await state(id)).toMatchObject({ state: 'unreachable', attempts: 1 })
    expect(await texts()).toEqual([{ purpose: 'unreachable' }])
    expect(await outcomes()).toEqual([{ result: 'callback_unreachable' }])
  })

  test('is taken back within its time, leaves no trace for the citizen, and can be recorded anew', async () => {
    t = await testApp(undoable)
    const id = await seedCallback(t.app)
    const [agent, other] = [await t.staffKey('agent'), await t.staffKey('agent')]
    await t.call('POST', at(id, 'claim'), agent, {})
    await t.call('POST', at(id, 'attempts'), agent, { result: 'refused' })
    expect((await t.call('POST', at(id, 'undo'), other, {})).status).toBe(409)
    expect((await t.call('POST', at(id, 'undo'), agent, {})).status).toBe(200)
    await timeIsOver()
    await settleAttempts(t.app)
    expect(await state(id)).toMatchObject({ state: 'talking', attempts: 0 })
    expect(await outcomes()).toEqual([])
    const again = await t.call('POST', at(id, 'attempts'), agent, { result: 'busy' })
    expect(again).toMatchObject({ status: 200, body: { state: 'waiting' } })
    await timeIsOver()
    expect(await t.call('POST', at(id, 'undo'), agent, {})).toMatchObject({
      status: 409,
      body: { code: 'callback.undo_over' },
    })
    await settleAttempts(t.app)
    expect(await state(id)).toMatchObject({ state: 'waiting', attempts: 1 })
  })

  test('keeps the case from everybody else while it may be undone, also from the sweep of leases', async () => {
    t = await testApp(undoable)
    await t.work()
    const id = await seedCallback(t.app)
    const agent = await t.staffKey('agent')
    const [other, supervisor] = [await t.staffKey('agent'), await t.staffKey('supervisor')]
    await t.call('POST', at(id, 'claim'), agent, {})
    await t.call('POST', at(id, 'attempts'), agent, { result: 'busy' })
    expect((await t.call('POST', '/api/v1/callbacks/claim', other, {})).status).toBe(404)
    const colleagues = await t.call('GET', '/api/v1/callbacks/colleagues', supervisor)
    const to = colleagues.body.colleagues[0].id as string
    expect((await t.call('POST', at(id, 'reassign'), supervisor, { to })).status).toBe(409)
    // The sweep runs in the workers; a result that is due settles there by itself.
    await timeIsOver()
    await until('settled', async () => (await state(id)).state === 'waiting')
  })

  test('moves the next try within the deadline only, and names the field otherwise', async () => {
    t = await testApp()
    const [near] = await seedCallbacks(t.app, [{ dueInMinutes: 60 }])
    const agent = await t.staffKey('agent')
    await t.call('POST', at(near!, 'claim'), agent, {})
    const inMinutes = (minutes: number) =>
      dateAt(systemClock.nowMs() + minutes * 60_000).toISOString()
    for (const minutes of [-1, 61]) {
      expect(
        await t.call('POST', at(near!, 'attempts'), agent, {
          result: 'no_answer',
          callAgainAt: inMinutes(minutes),
        }),
      ).toMatchObject({ status: 400, body: { code: 'request.invalid', field: 'callAgainAt' } })
    }
    const wanted = inMinutes(30)
    const moved = await t.call('POST', at(near!, 'attempts'), agent, {
      result: 'no_answer',
      callAgainAt: wanted,
    })
    expect(moved.body).toMatchObject({ state: 'waiting', notBefore: wanted })
  })
})

describe('a draft', () => {
  const content = { result: 'reached', note: '他说窗口没人', reasons: ['attitude'] }

  test('is kept sealed, outlives a lost lease, and goes when the result takes effect', async () => {
    t = await testApp()
    const id = await seedCallback(t.app)
    const agent = await t.staffKey('agent')
    await t.call('POST', at(id, 'claim'), agent, {})
    await t.app.db
      .updateTable('callback')
      .set({ leaseUntil: sql`now()` })
      .execute()
    const saved = await t.call('PUT', at(id, 'draft'), agent, { revision: 0, content })
    expect(saved).toMatchObject({ status: 200, body: { revision: 1 } })
    const row = await t.app.db.selectFrom('callbackDraft').selectAll().executeTakeFirstOrThrow()
    expect(row.contentSealed.toString('utf8')).not.toContain('窗口')
    await t.app.db.updateTable('callback').set({ state: 'waiting', leaseHolder: null }).execute()
    await t.call('POST', at(id, 'claim'), agent, {})
    const seen = await t.call('GET', `/api/v1/callbacks/${id}`, agent)
    expect(seen.body.draft.content).toMatchObject(content)
    await t.call('POST', at(id, 'attempts'), agent, { result: 'busy' })
    expect(await t.app.db.selectFrom('callbackDraft').selectAll().execute()).toEqual([])
  })

  test('of a second window never overwrites a newer one unseen', async () => {
    t = await testApp()
    const id = await seedCallback(t.app)
    const agent = await t.staffKey('agent')
    await t.call('POST', at(id, 'claim'), agent, {})
    await t.call('PUT', at(id, 'draft'), agent, { revision: 0, content })
    const second = { ...content, note: '另一份' }
    const refused = await t.call('PUT', at(id, 'draft'), agent, { revision: 0, content: second })
    expect(refused).toMatchObject({ status: 409, body: { code: 'callback.draft_newer' } })
    const chosen = await t.call('PUT', at(id, 'draft'), agent, { revision: 1, content: second })
    expect(chosen.body).toMatchObject({ revision: 2 })
  })
})

describe('between colleagues', () => {
  test('a case handed over is the colleague’s, with the word that was left', async () => {
    t = await testApp()
    const id = await seedCallback(t.app)
    const [first, second] = [await t.staffKey('agent'), await t.staffKey('agent')]
    await t.call('POST', at(id, 'claim'), first, {})
    const { body } = await t.call('GET', '/api/v1/callbacks/colleagues', first)
    const to = body.colleagues[0].id as string
    const handed = await t.call('POST', at(id, 'hand-over'), first, { to, text: '他要找您' })
    expect(handed.status).toBe(200)
    expect((await t.call('POST', at(id, 'renew'), first, {})).status).toBe(409)
    expect((await t.call('POST', at(id, 'renew'), second, {})).status).toBe(200)
    const seen = await t.call('GET', `/api/v1/callbacks/${id}`, second)
    expect(seen.body.notes).toMatchObject([{ kind: 'handover', text: '他要找您' }])
  })

  test('law 7: a case is never handed to somebody of the unit concerned', async () => {
    t = await testApp()
    const id = await seedCallback(t.app)
    const agent = await t.staffKey('agent')
    await t.staffKey('agent', station, '本所民警')
    await t.call('POST', at(id, 'claim'), agent, {})
    const { body } = await t.call('GET', '/api/v1/callbacks/colleagues', agent)
    const to = body.colleagues[0].id as string
    expect(await t.call('POST', at(id, 'hand-over'), agent, { to })).toMatchObject({
      status: 409,
      body: { code: 'callback.colleague' },
    })
  })

  test('a call about a complaint that reached the citizen is not recorded without a finding', async () => {
    t = await testApp()
    const id = await seedCallback(t.app)
    const agent = await t.staffKey('agent')
    await t.call('POST', at(id, 'claim'), agent, {})
    expect(await t.call('POST', at(id, 'attempts'), agent, { result: 'reached' })).toMatchObject({
      status: 400,
      body: { field: 'finding', reason: '接通后必须填写核实结论' },
    })
  })

  test('a question waits for a supervisor and is answered once', async () => {
    t = await testApp()
    const id = await seedCallback(t.app)
    const [agent, supervisor] = [await t.staffKey('agent'), await t.staffKey('supervisor')]
    await t.call('POST', at(id, 'claim'), agent, {})
    await t.call('POST', at(id, 'question'), agent, { text: '要不要转承办？' })
    const counts = await t.call('GET', '/api/v1/callbacks/counts', supervisor)
    expect(counts.body.questions).toBe(1)
    const answered = { text: '先核实' }
    expect((await t.call('POST', at(id, 'answer'), supervisor, answered)).status).toBe(200)
    expect((await t.call('POST', at(id, 'answer'), supervisor, answered)).status).toBe(409)
  })
})

describe('the queue', () => {
  test('counts and rows agree in every scope', async () => {
    t = await testApp()
    const ids = await seedCallbacks(t.app, [
      { dueInMinutes: -10 },
      { dueInMinutes: 30 },
      { dueInMinutes: 600, business: '110', item: '邻里纠纷' },
      { unitCode: 'PCS2' },
      { dueInMinutes: 5_000, origin: 'urgent' },
    ])
    await t.app.db
      .updateTable('callback')
      .set({ notBefore: sql`now() + interval '1 hour'` })
      .where('id', '=', ids[2]!)
      .execute()
    const agent = await t.staffKey('agent')
    const next = await t.call('POST', '/api/v1/callbacks/claim', agent, {})
    expect(next.body.callback.id).toBe(ids[4])
    const { body: counts } = await t.call('GET', '/api/v1/callbacks/counts', agent)
    expect(counts).toMatchObject({ due: 3, later: 1, claimed: 1, overdue: 1, soon: 1, mine: 1 })
    for (const scope of ['due', 'later', 'claimed', 'overdue', 'soon', 'mine']) {
      const { body } = await t.call('GET', `/api/v1/callbacks?scope=${scope}`, agent)
      expect([scope, body.total, body.rows.length]).toEqual([scope, counts[scope], counts[scope]])
    }
    const filtered = await t.call('GET', '/api/v1/callbacks?scope=later&business=110', agent)
    expect(filtered.body.rows).toMatchObject([{ item: '邻里纠纷', unitName: '黄楼派出所' }])
  })

  test('law 7: the unit concerned sees neither row, figure nor case', async () => {
    t = await testApp()
    const id = await seedCallback(t.app)
    const own = await t.staffKey('supervisor', station)
    const { body } = await t.call('GET', '/api/v1/callbacks?scope=due', own)
    expect(body).toEqual({ rows: [], total: 0 })
    expect((await t.call('GET', '/api/v1/callbacks/counts', own)).body.due).toBe(0)
    expect((await t.call('GET', `/api/v1/callbacks/${id}`, own)).status).toBe(404)
    expect((await t.call('POST', at(id, 'claim'), own, {})).status).toBe(409)
  })
})

describe('a case', () => {
  test('shows facts, words, earlier matters of the same citizen and the script, the number masked', async () => {
    t = await testApp()
    const phone = '13951601234'
    const [id] = await seedCallbacks(t.app, [
      { phone, text: '不满意，窗口没人' },
      { phone, business: '车管', item: '年检', unitCode: 'FJ2' },
    ])
    const agent = await t.staffKey('agent', undefined, '07号')
    const { body } = await t.call('GET', `/api/v1/callbacks/${id}`, agent)
    expect(body).toMatchObject({
      transaction: { unitName: '黄楼派出所', item: '补领身份证' },
      citizen: { name: '王秀英', phone: '139****1234' },
      rating: 'dissatisfied',
      replies: [
        { text: '不满意，窗口没人', evidence: [{ says: 'dissatisfied', start: 0, end: 3 }] },
      ],
      earlier: [{ item: '年检', unitName: '泉山分局', callbackState: 'waiting' }],
    })
    expect(body.script[0].say[0]).toContain('07号')
    expect(body.script[0].say[0]).toContain('王秀英')
    expect(JSON.stringify(body)).not.toContain(phone)
  })
})
