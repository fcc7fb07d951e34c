import { afterEach, describe, expect, test } from 'vitest'
import { storeRaw } from '../../src/sms/inbound.ts'
import { receiveReceipts } from '../../src/sms/receive.ts'
import { freshPhone, row, testApp, type TestApp } from '../support/app.ts'
import { makeDue, queueTexts, sendDue, textsOf } from './sending.ts'

let t: TestApp
afterEach(async () => t.close())

async function sentTo(phones: string[]): Promise<string> {
  t = await testApp({ gateway: { receiptDelayMs: 3_600_000 } })
  await queueTexts(
    t,
    phones.map((phone) => row(phone, { citizen: { phone } })),
  )
  await sendDue(t)
  return (await textsOf(t))[0]!.outId!
}

const receipt = (outId: string, phone: string, code: string) => ({
  phone_number: phone,
  send_time: '2026-11-20 10:00:00',
  report_time: '2026-11-20 10:00:05',
  success: code === 'DELIVERED',
  err_code: code,
  err_msg: '',
  sms_size: '1',
  biz_id: '1^0',
  out_id: outId,
})

async function push(...pushes: object[][]): Promise<void> {
  const ids = await storeRaw(
    t.app,
    pushes.map((items) => ({ channel: 'sms_report', body: JSON.stringify(items) })),
  )
  await receiveReceipts(t.app, ids)
}

const deliveries = async () => (await textsOf(t)).map(({ deliveryCode }) => deliveryCode)

describe('receipts that are taken in together', () => {
  test('the first one of a text counts, in one push and over several', async () => {
    const [a, b] = [freshPhone(), freshPhone()]
    const outId = await sentTo([a, b])
    await push(
      [receipt(outId, a, 'DELIVERED'), receipt(outId, a, 'UNDELIV'), receipt(outId, b, 'EXPIRED')],
      [receipt(outId, b, 'DELIVERED')],
    )
    expect(await deliveries()).toEqual(['DELIVERED', 'EXPIRED'])
    await push([receipt(outId, a, 'UNDELIV')])
    expect(await deliveries()).toEqual(['DELIVERED', 'EXPIRED'])
  })

  test('one for no text of ours, or that cannot be read, costs the others nothing', async () => {
    const phone = freshPhone()
    const outId = await sentTo([phone])
    await push(
      [receipt(t.app.newId(), phone, 'DELIVERED'), receipt('not-ours', phone, 'DELIVERED')],
      ['no receipt' as unknown as object],
      [receipt(outId, freshPhone(), 'DELIVERED'), receipt(outId, phone, 'DELIVERED')],
    )
    expect(await deliveries()).toEqual(['DELIVERED'])
    const states = await t.app.db.selectFrom('inbound').select('state').orderBy('id').execute()
    expect(states.map(({ state }) => state)).toEqual(['understood', 'unreadable', 'understood'])
  })

  test('keep a text from going out a second time that waits to be tried again', async () => {
    const phone = freshPhone()
    const outId = await sentTo([phone])
    // As after the provider was shown not to have it, where the policy has it sent again.
    await t.app.db.updateTable('message').set({ state: 'queued' }).execute()
    await t.app.db.updateTable('survey').set({ state: 'scheduled', sentAt: null }).execute()
    await push([receipt(outId, phone, 'DELIVERED')])
    await makeDue(t)
    await sendDue(t)
    expect(await textsOf(t)).toMatchObject([{ state: 'accepted', delivery: 'delivered' }])
    const surveys = await t.app.db.selectFrom('survey').select(['state', 'sentAt']).execute()
    expect(surveys).toEqual([{ state: 'open', sentAt: expect.any(Date) }])
    expect(t.gateway.ledger()).toHaveLength(1)
  })

  test('settle an unknown text, and block the number of a citizen who wants no more', async () => {
    const [a, b] = [freshPhone(), freshPhone()]
    const outId = await sentTo([a, b])
    await t.app.db.updateTable('message').set({ state: 'unknown' }).execute()
    await t.app.db.updateTable('survey').set({ state: 'unknown' }).execute()
    await push([receipt(outId, a, 'DELIVERED'), receipt(outId, b, 'MOBILE_IN_BLACK')])
    expect((await textsOf(t)).map(({ state }) => state)).toEqual(['accepted', 'accepted'])
    const surveys = await t.app.db.selectFrom('survey').select('state').execute()
    expect(surveys).toEqual([{ state: 'open' }, { state: 'open' }])
    const blocks = await t.app.db.selectFrom('contactBlock').select(['phoneHash', 'kind']).execute()
    expect(blocks).toEqual([{ phoneHash: t.app.vault.hashPhone(b), kind: 'provider_block' }])
  })
})
