import { sql } from 'kysely'
import { afterEach, describe, expect, test } from 'vitest'
import { nowPlus } from '../../src/foundation/database.ts'
import { reconcile } from '../../src/sms/reconcile.ts'
import { takeUnsettled } from '../../src/sms/take.ts'
import { freshPhone, row, testApp, type TestApp } from '../support/app.ts'
import { fillBucket, queueTexts, sendDue, textsOf } from './sending.ts'

let t: TestApp
afterEach(async () => t.close())

async function textTo(phone: string): Promise<string[]> {
  await queueTexts(t, [row(phone, { citizen: { phone } })])
  return (await textsOf(t)).map(({ id }) => id)
}

const sentDaysAgo = (days: number) =>
  t.app.db
    .updateTable('message')
    .set({ submittedAt: nowPlus(-days * 24 * 3600) })
    .execute()

describe('asking the provider', () => {
  test('reads all pages: a text behind sixty others of the same number is found', async () => {
    t = await testApp({ gateway: { receiptDelayMs: 3_600_000, limits: { perDay: null } } })
    const phone = freshPhone()
    const ids = await textTo(phone)
    t.gateway.setFaults({ calls: [{ what: 'cut', accept: true, times: 1 }] })
    await sendDue(t)
    for (let other = 0; other < 60; other++) {
      await t.app.gateway.send({
        outId: t.app.newId(),
        templateCode: 'SMS_1',
        texts: [{ messageId: '', phone, signature: '其他', templateParams: {} }],
      })
    }
    await reconcile(t.app, ids)
    expect((await textsOf(t))[0]).toMatchObject({ state: 'accepted', delivery: null })
  })

  test('a query that fails shows nothing: it is repeated', async () => {
    t = await testApp()
    const ids = await textTo(freshPhone())
    t.gateway.setFaults({
      calls: [
        { what: 'server_error', accept: false, actions: ['SendBatchSms'] },
        { what: 'throttle', actions: ['QuerySendDetails'], times: 3 },
      ],
    })
    await sendDue(t)
    for (let tries = 0; tries < 3; tries++) await reconcile(t.app, ids)
    expect((await textsOf(t))[0]).toMatchObject({ state: 'unknown', emptyQueries: 0 })
    await reconcile(t.app, ids)
    expect((await textsOf(t))[0]).toMatchObject({ state: 'unknown', emptyQueries: 1 })
  })

  test('what the provider has forgotten proves nothing: given up, and never sent again', async () => {
    t = await testApp({ policy: (policy) => void (policy.sms.resendWhenShownNotToHaveIt = true) })
    const ids = await textTo(freshPhone())
    t.gateway.setFaults({ calls: [{ what: 'server_error', accept: false, times: 1 }] })
    await sendDue(t)
    await sentDaysAgo(30)
    await reconcile(t.app, ids)
    expect((await textsOf(t))[0]).toMatchObject({ state: 'rejected', reason: 'outcome_lost' })
  })
})

describe('a receipt that does not come', () => {
  async function unreported() {
    t = await testApp({ gateway: { behaviour: () => ({ receipt: 'none' }) } })
    const ids = await textTo(freshPhone())
    await sendDue(t)
    await t.app.db
      .updateTable('message')
      .set({ lookAt: sql`now()` })
      .execute()
    return ids
  }
  const looksAgain = async () => (await textsOf(t))[0]!.lookAt !== null

  test('is asked for, and asked for again', async () => {
    const ids = await unreported()
    await fillBucket(t)
    expect((await takeUnsettled(t.app, 10)).flat()).toEqual(ids)
    await reconcile(t.app, ids)
    expect((await textsOf(t))[0]).toMatchObject({ state: 'accepted', delivery: null })
    expect(await looksAgain()).toBe(true)
  })

  test('is asked for no more after a week, so that the work does not grow with history', async () => {
    const ids = await unreported()
    await sentDaysAgo(8)
    await reconcile(t.app, ids)
    expect((await textsOf(t))[0]).toMatchObject({ state: 'accepted', delivery: null })
    expect(await looksAgain()).toBe(false)
  })

  test('and was lost on its way is found by asking, with the provider’s own time', async () => {
    t = await testApp()
    const ids = await textTo(freshPhone())
    t.gateway.setFaults({ pushes: { loseReceipts: 1 } })
    await sendDue(t)
    await t.gateway.idle()
    const receipt = t.gateway.ledger()[0]!.receipt!
    await reconcile(t.app, ids)
    const [text] = await textsOf(t)
    expect(text).toMatchObject({ delivery: 'delivered', deliveryCode: 'DELIVERED' })
    expect(Math.floor(text!.deliveredAt!.getTime() / 1000)).toBe(
      Math.floor(receipt.at.getTime() / 1000),
    )
  })
})
