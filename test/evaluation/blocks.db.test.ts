import { afterEach, describe, expect, test } from 'vitest'
import { freshPhone, row, testApp, type TestApp } from '../support/app.ts'
import { ask, outcomeOf, reply, sendAll, surveyOf } from './support.ts'

let t: TestApp
afterEach(async () => t.close())

let next = 0
async function push(phone: string, name: string | null, change: object = {}) {
  const citizen = name === null ? { phone } : { phone, name }
  const pushed = await t.call(
    'POST',
    '/api/v1/transactions',
    t.sourceKey,
    row(`b${++next}`, { citizen, ...change }),
  )
  return pushed.body.verdicts[0]
}

/** Nobody is asked twice within days; here every transaction may ask again. */
const askAgain = async () => void (await t.app.db.deleteFrom('openSurvey').execute())

describe('a reply from a wrong person', () => {
  test('ends the texts about that person to this number, and those about somebody else go out', async () => {
    t = await testApp()
    const { id, phone } = await ask(t, { name: '张 三' })
    await reply(t, { phone, text: '你打错了，我不是张三' })
    expect(await surveyOf(t, id)).toMatchObject({ state: 'closed', disposition: 'wrong_person' })
    await askAgain()
    expect(await push(phone, '张三')).toMatchObject({ surveyed: false, reason: 'wrong_person' })
    expect(await push(phone, null)).toMatchObject({ surveyed: false, reason: 'wrong_person' })
    expect(await push(phone, '李四')).toMatchObject({ surveyed: true })
    const before = t.gateway.ledger().length
    await sendAll(t)
    expect(t.gateway.ledger()).toHaveLength(before + 1)
  })

  test('where no name is known, ends all texts to the number', async () => {
    t = await testApp()
    const { phone } = await ask(t, { name: null })
    await reply(t, { phone, text: '打错了' })
    await askAgain()
    expect(await push(phone, '李四')).toMatchObject({ surveyed: false, reason: 'wrong_person' })
  })

  test('drops what is queued about that person, and nothing else', async () => {
    t = await testApp()
    const { phone } = await ask(t, { name: '张三' })
    await askAgain()
    const same = await push(phone, '张三')
    await askAgain()
    const other = await push(phone, '李四')
    // Two asks of one number: the reply fits the newer one, so the older one's person is named by hand.
    await t.app.db.deleteFrom('openSurvey').execute()
    await t.app.db
      .insertInto('contactBlock')
      .values({
        phoneHash: t.app.vault.hashPhone(phone),
        kind: 'wrong_person',
        origin: 'test',
        personHash: t.app.vault.hashPerson('张三'),
      })
      .execute()
    await sendAll(t)
    expect(await surveyOf(t, same.transactionId)).toMatchObject({ failure: 'wrong_person' })
    expect(await surveyOf(t, other.transactionId)).toMatchObject({ state: 'open' })
  })
})

describe('an opt-out', () => {
  test('is recorded at once, drops what is queued, and is answered by no text', async () => {
    t = await testApp()
    const { id, phone } = await ask(t)
    const sent = t.gateway.ledger().length
    await askAgain()
    const queued = await push(phone, '李四')
    await reply(t, { phone, text: 'TD' })
    const blocks = await t.app.db.selectFrom('contactBlock').select(['kind', 'until']).execute()
    expect(blocks).toEqual([{ kind: 'opt_out', until: null }])
    await sendAll(t)
    expect(t.gateway.ledger()).toHaveLength(sent)
    expect(await surveyOf(t, queued.transactionId)).toMatchObject({
      disposition: 'not_sent',
      failure: 'opt_out',
    })
    expect((await outcomeOf(t, queued.transactionId)).content.ask.notSentReason).toBe('opt_out')
    expect(await surveyOf(t, id)).toMatchObject({ state: 'open' })
  })

  test('ends the survey that asked, and keeps an answer that was given before', async () => {
    t = await testApp()
    const asked = await ask(t)
    await reply(t, { phone: asked.phone, text: '退订' })
    expect(await surveyOf(t, asked.id)).toMatchObject({ state: 'closed', disposition: 'opted_out' })
    const answered = await ask(t, { phone: freshPhone() })
    await reply(t, { phone: answered.phone, text: '3' })
    await reply(t, { phone: answered.phone, text: '退订', second: 60 })
    expect(await surveyOf(t, answered.id)).toMatchObject({
      state: 'answered',
      firstRating: 'dissatisfied',
    })
    expect(await push(answered.phone, '李四')).toMatchObject({ reason: 'opted_out' })
  })
})
