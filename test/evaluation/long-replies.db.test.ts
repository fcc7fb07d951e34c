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

/** Filled up in front to the length of a segment, with words that say nothing. */
const segment = (end: string) =>
  '今天上午我去了一趟你们那里办理户口本的事情，'.repeat(4).slice(0, 67 - end.length) + end

describe('a long reply in parts', () => {
  test('is read as one, whichever part comes first', async () => {
    t = await testApp()
    for (const turned of [false, true]) {
      const { id, phone } = await ask(t)
      const parts = [
        { phone, text: segment('总的来说我对你们这次的服务是不'), second: 0 },
        { phone, text: '满意的', second: 1 },
      ]
      for (const part of turned ? parts.toReversed() : parts) await reply(t, part)
      const [first, second] = await repliesOf(t, id)
      expect(second).toMatchObject({
        continues: first!.id,
        rating: 'dissatisfied',
        changedMind: false,
      })
      expect(t.app.vault.open(second!.readSealed!, 'text')).toBe(parts[0]!.text + parts[1]!.text)
      expect(await surveyOf(t, id)).toMatchObject({ firstRating: 'dissatisfied' })
      expect(await callbacksOf(t, id)).toHaveLength(1)
    }
  })

  test('in one push, or pushed twice, is one reply in parts', async () => {
    t = await testApp()
    const { id, phone } = await ask(t)
    const parts = [
      { phone, text: segment('总的来说我对你们这次的服务是不'), sequenceId: '1' },
      { phone, text: '满意的', sequenceId: '2' },
    ]
    const push = await storePush(t, ...parts)
    await receiveReplies(t.app, [push])
    await receiveReplies(t.app, [push])
    await reply(t, parts[1]!)
    expect(await repliesOf(t, id)).toHaveLength(2)
    expect(await surveyOf(t, id)).toMatchObject({ firstRating: 'dissatisfied' })
  })

  test('that was cut off from its point waits for a person no longer when the rest comes', async () => {
    t = await testApp()
    const { id, phone } = await ask(t)
    await reply(t, { phone, text: segment('，我的意见是') })
    expect(await triageOf(t)).toMatchObject([{ state: 'waiting' }])
    await reply(t, { phone, text: '满意', second: 2 })
    expect(await triageOf(t)).toMatchObject([
      { state: 'decided', decidedKind: 'joined', decidedBy: null },
    ])
    expect(await surveyOf(t, id)).toMatchObject({
      firstRating: 'satisfied',
      disposition: 'satisfied',
    })
  })

  test('never makes a dissatisfied part count as satisfied', async () => {
    t = await testApp()
    const { id, phone } = await ask(t)
    await reply(t, { phone, text: segment('，态度恶劣，非常不满意，') })
    await reply(t, { phone, text: '刚才打错了，是满意', second: 2 })
    expect(await surveyOf(t, id)).toMatchObject({
      firstRating: expect.stringMatching(/dissatisfied$/),
    })
    expect(await callbacksOf(t, id)).toMatchObject([{ state: 'waiting' }])
  })

  test('that is dissatisfied in its end only counts as dissatisfied, and changes no mind', async () => {
    t = await testApp()
    const { id, phone } = await ask(t)
    await reply(t, { phone, text: segment('，服务态度很好，满意，') })
    await reply(t, { phone, text: '以上都是反话，非常不满意', second: 2 })
    const { firstRating, disposition } = await surveyOf(t, id)
    // Read as dissatisfied, or left to a person: never counted as satisfied.
    expect([firstRating, disposition]).not.toContain('satisfied')
    expect((await outcomeOf(t, id)).content.reply.changedMind).toBe(false)
  })

  test('a further reply after a pause is one of its own', async () => {
    t = await testApp()
    const { id, phone } = await ask(t)
    await reply(t, { phone, text: segment('，服务态度很好，满意，') })
    await reply(t, { phone, text: '3', second: 600 })
    expect(await repliesOf(t, id)).toMatchObject([{ continues: null }, { continues: null }])
    expect(await surveyOf(t, id)).toMatchObject({ firstRating: 'satisfied' })
    expect(await callbacksOf(t, id)).toHaveLength(1)
  })

  test('whose first part a person has decided leaves that verdict standing', async () => {
    t = await testApp()
    const { id, phone } = await ask(t)
    await reply(t, { phone, text: segment('，我的意见是') })
    const agent = await t.staffKey('agent')
    const [waiting] = await triageOf(t)
    await t.call('POST', `/api/v1/triage/${waiting!.replyId}`, agent, {
      kind: 'rating',
      rating: 'satisfied',
    })
    await reply(t, { phone, text: '不满意', second: 2 })
    expect(await surveyOf(t, id)).toMatchObject({ firstRating: 'satisfied' })
    expect(await callbacksOf(t, id)).toHaveLength(1)
  })

  test('danger in an early part is danger in the whole', async () => {
    t = await testApp()
    const { phone } = await ask(t)
    await reply(t, { phone, text: segment('，他拿着刀在门口，救命，我在') })
    await reply(t, { phone, text: '三号楼二单元', second: 2 })
    const ringing = await t.app.db.selectFrom('duty').select('state').execute()
    expect(ringing).toEqual([{ state: 'ringing' }, { state: 'ringing' }])
    expect((await triageOf(t)).map(({ reason, state }) => [reason, state])).toEqual([
      ['urgent', 'decided'],
      ['urgent', 'waiting'],
    ])
  })

  test('that rang in its first part counts after a person confirmed it, also where the whole sounds harmless', async () => {
    t = await testApp()
    const { id, phone } = await ask(t)
    await reply(t, { phone, text: segment('，满意，真是救命') })
    await reply(t, { phone, text: '恩人，谢谢民警', second: 2 })
    expect(await surveyOf(t, id)).toMatchObject({ firstRating: null, disposition: 'in_triage' })
    expect((await triageOf(t)).at(-1)).toMatchObject({ reason: 'urgent', state: 'waiting' })
  })
})
