import { sql } from 'kysely'
import { afterEach, describe, expect, test } from 'vitest'
import { judgeReply } from '../../src/evaluation/judge.ts'
import { withoutNumbers } from '../../src/evaluation/labelled-sample.ts'
import { watchTriage } from '../../src/evaluation/triage.ts'
import { labelledReplies } from '../../src/reply/score.ts'
import { freshPhone, station, testApp, type TestApp } from '../support/app.ts'
import { huifang } from '../support/command.ts'
import { ask, callbacksOf, outcomeOf, repliesOf, reply, surveyOf, triageOf } from './support.ts'

let t: TestApp
afterEach(async () => t.close())

const decide = (key: string, replyId: string, body: object) =>
  t.call('POST', `/api/v1/triage/${replyId}`, key, body)

describe('what waits for a person', () => {
  test('is listed with all that judging it takes', async () => {
    t = await testApp()
    const { id, phone } = await ask(t)
    await reply(t, { phone, text: '1' })
    await reply(t, { phone, text: '嗯嗯啊', second: 60 })
    const agent = await t.staffKey('agent')
    const { body } = await t.call('GET', '/api/v1/triage', agent)
    expect(body.waiting).toMatchObject([
      {
        caseId: id,
        reason: 'unclear',
        overdue: false,
        text: '嗯嗯啊',
        unitCode: station,
        unitName: '黄楼派出所',
        business: '户政',
        phone: `${phone.slice(0, 3)}****${phone.slice(7)}`,
        sentText: expect.stringContaining('户政'),
        earlier: [{ text: '1', rating: 'satisfied' }],
        cases: [],
      },
    ])
    expect(body.waiting[0].options[0]).toMatchObject({ figure: '1', rating: expect.any(String) })
    expect(JSON.stringify(body)).not.toContain(phone)
  })

  test('law 7: staff of the unit concerned neither see nor decide it, nor those of a case it may be about', async () => {
    t = await testApp()
    const { id, phone } = await ask(t)
    await reply(t, { phone, text: '嗯嗯啊' })
    // A reply of which nobody knows the case, from a number with a case of that unit.
    await t.app.db.deleteFrom('openSurvey').execute()
    await reply(t, { phone, text: '不行', second: 60 })
    const own = await t.staffKey('agent', station)
    expect((await t.call('GET', '/api/v1/triage', own)).body.waiting).toEqual([])
    for (const { replyId } of await triageOf(t)) {
      expect(await decide(own, replyId, { kind: 'rating', rating: 'satisfied' })).toMatchObject({
        status: 409,
        body: { code: 'record.changed' },
      })
    }
    expect(await surveyOf(t, id)).toMatchObject({ firstRating: null })
    const centre = await t.staffKey('agent')
    expect((await t.call('GET', '/api/v1/triage', centre)).body.waiting).toHaveLength(2)
  })

  test('too long raises one alarm, which ends with the last of them', async () => {
    t = await testApp()
    const { phone } = await ask(t)
    await reply(t, { phone, text: '嗯嗯啊' })
    await watchTriage(t.app)
    const standing = () =>
      t.app.db.selectFrom('alarm').select('kind').where('clearedAt', 'is', null).execute()
    expect(await standing()).toEqual([])
    await t.app.db
      .updateTable('triage')
      .set({ dueAt: sql`now() - interval '1 minute'` })
      .execute()
    await watchTriage(t.app)
    await watchTriage(t.app)
    expect(await standing()).toEqual([{ kind: 'triage.overdue' }])
    const agent = await t.staffKey('agent')
    const [waiting] = await triageOf(t)
    await decide(agent, waiting!.replyId, { kind: 'no_rating' })
    await watchTriage(t.app)
    expect(await standing()).toEqual([])
  })
})

describe('a person’s verdict', () => {
  test('is stored as such, beside what the reader made of the reply', async () => {
    t = await testApp()
    const { id, phone } = await ask(t)
    await reply(t, { phone, text: '嗯嗯啊' })
    const [waiting] = await triageOf(t)
    const agent = await t.staffKey('agent')
    await decide(agent, waiting!.replyId, { kind: 'rating', rating: 'dissatisfied' })
    expect((await triageOf(t))[0]).toMatchObject({
      state: 'decided',
      decidedKind: 'rating',
      decidedRating: 'dissatisfied',
    })
    expect((await repliesOf(t, id))[0]).toMatchObject({ route: 'triage', rating: null })
    expect(await surveyOf(t, id)).toMatchObject({ firstRating: 'dissatisfied' })
    expect(await callbacksOf(t, id)).toMatchObject([{ origin: 'dissatisfied' }])
    expect(await outcomeOf(t, id)).toMatchObject({
      result: 'dissatisfied',
      content: { reply: { latestRating: 'dissatisfied' } },
    })
  })

  test('of two who judge at once only one counts', async () => {
    t = await testApp()
    const { id, phone } = await ask(t)
    await reply(t, { phone, text: '嗯嗯啊' })
    const [waiting] = await triageOf(t)
    const keys = await Promise.all([t.staffKey('agent'), t.staffKey('agent')])
    const answers = await Promise.all(
      keys.map((key) => decide(key, waiting!.replyId, { kind: 'rating', rating: 'dissatisfied' })),
    )
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409])
    expect(await callbacksOf(t, id)).toHaveLength(1)
  })

  test('may say to which case a reply belongs, where that is in doubt', async () => {
    t = await testApp()
    const { id, phone } = await ask(t)
    await t.app.db.deleteFrom('openSurvey').execute()
    await reply(t, { phone, text: '3' })
    const agent = await t.staffKey('agent')
    const { body } = await t.call('GET', '/api/v1/triage', agent)
    expect(body.waiting).toMatchObject([
      { reason: 'no_survey', caseId: null, cases: [{ caseId: id, unitName: '黄楼派出所' }] },
    ])
    const { replyId } = body.waiting[0]
    const stranger = await ask(t, { phone: freshPhone() })
    const verdict = { kind: 'rating', rating: 'dissatisfied' }
    expect(await decide(agent, replyId, { ...verdict, caseId: stranger.id })).toMatchObject({
      status: 400,
    })
    expect(await decide(agent, replyId, { ...verdict, caseId: id })).toMatchObject({ status: 200 })
    expect(await surveyOf(t, id)).toMatchObject({ firstRating: 'dissatisfied' })
    expect(await callbacksOf(t, id)).toHaveLength(1)
    expect((await outcomeOf(t, id)).content.reply).toMatchObject({ count: 1 })
  })

  test('and a further reply at the same moment wait for each other, never for ever', async () => {
    t = await testApp()
    // One after the other: of two that send at once only one is given texts to send.
    const asked = []
    for (let n = 0; n < 6; n++) asked.push(await ask(t))
    await reply(t, ...asked.map(({ phone }) => ({ phone, text: '嗯嗯啊' })))
    const agent = await t.app.db
      .insertInto('staff')
      .values({ id: t.app.newId(), name: '判', role: 'agent', unitCode: 'MY', scopeCode: 'ROOT' })
      .returningAll()
      .executeTakeFirstOrThrow()
    const person = { ...agent, role: 'agent' as const }
    const waiting = await triageOf(t)
    await Promise.all([
      ...waiting.map(({ replyId }) =>
        judgeReply(t.app, person, replyId, { kind: 'rating', rating: 'satisfied' }),
      ),
      reply(t, ...asked.toReversed().map(({ phone }) => ({ phone, text: '3', second: 60 }))),
    ])
    expect(await t.app.db.selectFrom('callback').select('id').execute()).toHaveLength(6)
  })
})

describe('an urgent reply', () => {
  test('is shown on the duty list with the citizen’s words, and rings until it is taken', async () => {
    t = await testApp()
    const { id, phone } = await ask(t)
    await reply(t, { phone, text: '救命，他拿刀' })
    const agent = await t.staffKey('agent')
    const { body } = await t.call('GET', '/api/v1/duty', agent)
    expect(body.ringing).toMatchObject([{ caseId: id, text: '救命，他拿刀' }])
    expect(JSON.stringify(body)).not.toContain(phone)
    const own = await t.staffKey('agent', station)
    expect((await t.call('GET', '/api/v1/duty', own)).body.ringing).toEqual([])
    const take = `/api/v1/duty/${body.ringing[0].replyId}/take`
    expect((await t.call('POST', take, own, {})).status).toBe(409)
    expect((await t.call('POST', take, agent, {})).status).toBe(200)
    expect((await t.call('GET', '/api/v1/duty', agent)).body.ringing).toEqual([])
  })
})

describe('the labelled sample', () => {
  test('holds people’s verdicts and no telephone number, and its export is on record', async () => {
    t = await testApp()
    const { phone } = await ask(t)
    await reply(t, { phone, text: `嗯嗯啊，打我电话${phone}` })
    const [waiting] = await triageOf(t)
    const agent = await t.staffKey('agent')
    await decide(agent, waiting!.replyId, { kind: 'rating', rating: 'dissatisfied' })
    const { code, stdout } = await huifang(['triage', 'export'], t.environment)
    expect(code).toBe(0)
    expect(labelledReplies(stdout)).toMatchObject([
      {
        kind: 'rating',
        rating: 'dissatisfied',
        business: '户政',
        text: '嗯嗯啊，打我电话00000000000',
      },
    ])
    const records = await t.app.db
      .selectFrom('audit')
      .select(['actor', 'details'])
      .where('action', '=', 'triage.export')
      .execute()
    expect(records).toMatchObject([{ details: { replies: 1 } }])
  })
})

test.each([
  ['打13812345678', '打00000000000'],
  ['１３８ １２３４ ５６７８', '０００ ００００ ００００'.replaceAll('０', '0')],
  ['0516-83456789', '0000-00000000'],
  ['身份证32031119900101123X', '身份证00000000000000000X'],
  ['等了120分钟，花了3000元', '等了120分钟，花了3000元'],
])('numbers are zeroed in a sample, other figures stay: %s', (text, expected) => {
  expect(withoutNumbers(text)).toBe(expected)
})
