import { afterEach, describe, expect, test } from 'vitest'
import { receiveReplies } from '../../src/evaluation/receive.ts'
import { testApp, type TestApp } from '../support/app.ts'
import {
  ask,
  callbacksOf,
  outcomeOf,
  repliesOf,
  reply,
  storePush,
  surveyOf,
  triageOf,
} from './support.ts'

let t: TestApp
afterEach(async () => t.close())

describe('several replies to one survey', () => {
  test('all are kept; the first counts; a changed mind is reported with both ratings', async () => {
    t = await testApp()
    const { id, phone } = await ask(t)
    for (const text of ['1', '2', '3']) await reply(t, { phone, text, second: 10 * Number(text) })
    expect(
      (await repliesOf(t, id)).map(({ rating, changedMind }) => [rating, changedMind]),
    ).toEqual([
      ['satisfied', false],
      ['basically_satisfied', true],
      ['dissatisfied', true],
    ])
    expect(await surveyOf(t, id)).toMatchObject({ state: 'answered', firstRating: 'satisfied' })
    const { content } = await outcomeOf(t, id)
    expect(content.originalRating).toBe('satisfied')
    expect(content.reply).toMatchObject({
      count: 3,
      changedMind: true,
      latestRating: 'dissatisfied',
    })
  })

  test('a later, better one cancels no callback', async () => {
    t = await testApp()
    const { id, phone } = await ask(t)
    await reply(t, { phone, text: '3' })
    await reply(t, { phone, text: '1', second: 60 })
    expect(await callbacksOf(t, id)).toMatchObject([{ state: 'waiting', origin: 'dissatisfied' }])
    expect((await outcomeOf(t, id)).content).toMatchObject({
      originalRating: 'dissatisfied',
      reply: { latestRating: 'satisfied', changedMind: true },
      callback: { state: 'waiting' },
    })
  })

  test('a later, worse one opens one', async () => {
    t = await testApp()
    const { id, phone } = await ask(t)
    await reply(t, { phone, text: '1' })
    expect(await callbacksOf(t, id)).toEqual([])
    await reply(t, { phone, text: '不满意', second: 60 })
    expect(await callbacksOf(t, id)).toMatchObject([{ state: 'waiting' }])
  })

  test('in one push they are taken in the order in which they were sent', async () => {
    t = await testApp()
    const { id, phone } = await ask(t)
    await reply(t, { phone, text: '1', second: 20 }, { phone, text: '3', second: 10 })
    expect(await surveyOf(t, id)).toMatchObject({ firstRating: 'dissatisfied' })
    expect(await callbacksOf(t, id)).toHaveLength(1)
  })

  test('a reply that waits for a person is reported as such', async () => {
    t = await testApp()
    const { id, phone } = await ask(t)
    await reply(t, { phone, text: '嗯嗯啊' })
    expect(await outcomeOf(t, id)).toMatchObject({
      result: 'in_triage',
      content: { originalRating: null, reply: { count: 1, latestRating: null } },
    })
  })
})

describe('a reply beside a callback', () => {
  async function claimed(rating: string) {
    t = await testApp()
    const { id, phone } = await ask(t)
    await reply(t, { phone, text: '3' })
    const agent = await t.staffKey('agent')
    const { body } = await t.call('POST', '/api/v1/callbacks/claim', agent, {})
    const path = `/api/v1/callbacks/${body.callback.id}`
    const end = () =>
      t.call('POST', `${path}/attempts`, agent, { result: 'reached', finding: 'upheld', rating })
    return { id, phone, agent, path, end }
  }

  test('while somebody has claimed it or talks, it is kept and shown, and changes nothing of the call', async () => {
    const { id, phone, agent, path } = await claimed('dissatisfied')
    await reply(t, { phone, text: '1', second: 60 })
    await t.call('POST', `${path}/number`, agent, {})
    await reply(t, { phone, text: '不满意', second: 120 })
    expect(await callbacksOf(t, id)).toMatchObject([{ state: 'talking' }])
    expect(await repliesOf(t, id)).toHaveLength(3)
    expect(await surveyOf(t, id)).toMatchObject({ firstRating: 'dissatisfied' })
  })

  test('after the call it never overwrites what the call found', async () => {
    const { id, phone, end } = await claimed('dissatisfied')
    await end()
    await reply(t, { phone, text: '1', second: 60 })
    await reply(t, { phone, text: '嗯嗯啊', second: 120 })
    expect(await surveyOf(t, id)).toMatchObject({
      disposition: 'callback_resolved',
      firstRating: 'dissatisfied',
    })
    expect(await outcomeOf(t, id)).toMatchObject({
      result: 'callback_resolved',
      content: { callback: { finding: 'upheld' }, reply: { count: 3, changedMind: true } },
    })
  })

  test('who writes after the call that they are dissatisfied is called again', async () => {
    const { id, phone, end } = await claimed('dissatisfied')
    await end()
    await reply(t, { phone, text: '还是不满意', second: 60 })
    expect(await callbacksOf(t, id)).toMatchObject([
      { state: 'resolved', finding: 'upheld' },
      { state: 'waiting', origin: 'dissatisfied' },
    ])
    expect(await surveyOf(t, id)).toMatchObject({ disposition: 'callback_resolved' })
  })

  test('a person’s verdict after the call never overwrites what the call found either', async () => {
    t = await testApp()
    const { id, phone } = await ask(t)
    await reply(t, { phone, text: '嗯嗯啊' })
    const [first] = await triageOf(t)
    const agent = await t.staffKey('agent')
    await t.call('POST', `/api/v1/triage/${first!.replyId}`, agent, { kind: 'call' })
    const { body } = await t.call('POST', '/api/v1/callbacks/claim', agent, {})
    await t.call('POST', `/api/v1/callbacks/${body.callback.id}/attempts`, agent, {
      result: 'reached',
      finding: 'not_upheld',
      rating: 'satisfied',
    })
    await reply(t, { phone, text: '哦哦', second: 60 })
    const second = (await triageOf(t))[1]!
    await t.call('POST', `/api/v1/triage/${second.replyId}`, agent, { kind: 'no_rating' })
    await reply(t, { phone, text: '1', second: 120 })
    expect(await surveyOf(t, id)).toMatchObject({
      disposition: 'callback_resolved',
      firstRating: null,
    })
  })
})

describe('many at once', () => {
  test('the same pushes taken in by several at once have one effect, and nobody waits for ever', async () => {
    t = await testApp()
    const asked = []
    for (let index = 0; index < 12; index++) asked.push(await ask(t))
    const ids: string[] = []
    for (const text of ['3', '1']) {
      const order = text === '3' ? asked : asked.toReversed()
      ids.push(await storePush(t, ...order.map(({ phone }) => ({ phone, text }))))
    }
    await Promise.all([
      receiveReplies(t.app, ids),
      receiveReplies(t.app, ids.toReversed()),
      receiveReplies(t.app, [ids[0]!]),
      receiveReplies(t.app, [ids[1]!]),
    ])
    expect(await t.app.db.selectFrom('reply').select('id').execute()).toHaveLength(24)
    expect(await t.app.db.selectFrom('callback').select('id').execute()).toHaveLength(12)
    const states = await t.app.db
      .selectFrom('inbound')
      .select('state')
      .where('channel', '=', 'sms_up')
      .execute()
    expect(states).toEqual([{ state: 'understood' }, { state: 'understood' }])
  })

  test('a reply that cannot be taken in costs the others nothing, and a person is told', async () => {
    t = await testApp()
    const asked = [await ask(t), await ask(t), await ask(t)]
    const poison = t.app.vault.hashPhone(asked[1]!.phone)
    const seal = t.app.vault.seal.bind(t.app.vault)
    // Stands for any fault of ours that one reply alone brings about.
    t.app.vault.seal = (text, context) => {
      if (context === 'text' && text === '毒') throw new Error('cannot be sealed')
      return seal(text, context)
    }
    const ids = await Promise.all([
      storePush(t, { phone: asked[0]!.phone, text: '1' }, { phone: asked[1]!.phone, text: '毒' }),
      storePush(t, { phone: asked[2]!.phone, text: '3' }),
    ])
    await receiveReplies(t.app, ids)
    const kept = await t.app.db.selectFrom('reply').select('phoneHash').execute()
    expect(kept).toHaveLength(2)
    expect(kept.some(({ phoneHash }) => phoneHash.equals(poison))).toBe(false)
    const inbound = await t.app.db.selectFrom('inbound').select(['id', 'state']).execute()
    expect(inbound.find(({ id }) => id === ids[0])).toMatchObject({ state: 'unreadable' })
    expect(inbound.find(({ id }) => id === ids[1])).toMatchObject({ state: 'understood' })
    const alarms = await t.app.db.selectFrom('alarm').select(['kind', 'subject']).execute()
    expect(alarms).toEqual([{ kind: 'inbound.unreadable', subject: ids[0] }])
    expect(t.logged.join('\n')).not.toContain(asked[1]!.phone)
  })
})
