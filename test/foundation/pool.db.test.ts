import { afterEach, expect, test } from 'vitest'
import { freshPhone, row, testApp, until, type TestApp } from '../support/app.ts'

let t: TestApp
afterEach(async () => t.close())

/**
 * As many transactions as the pool has connections, each waiting for one more, wait for ever. With a pool of
 * one, the first that asks for a second connection is enough.
 */
test('the whole way of the data needs no second connection inside a transaction', async () => {
  t = await testApp({ environment: { HUIFANG_DATABASE_POOL: '1' } })
  await t.work()
  const texts = ['1', '不满意', 'TD', '请问什么时候能拿证？', '他又打我了，救命', '满意 不满意']
  const phones = texts.map(() => freshPhone())
  const rows = phones.map((phone, index) => row(`p${index}`, { citizen: { phone } }))
  const pushed = await t.call('POST', '/api/v1/transactions', t.sourceKey, rows)
  expect(pushed.status).toBe(202)
  const amended = { ...rows[0]!, item: '更正' }
  expect((await t.call('POST', '/api/v1/transactions', t.sourceKey, [amended])).status).toBe(202)
  await until('sent', async () => t.gateway.ledger().length >= texts.length)
  for (const [index, text] of texts.entries()) t.gateway.reply({ phone: phones[index]!, text })
  await until('replies', async () => {
    const replies = await t.app.db.selectFrom('reply').select('id').execute()
    return replies.length === texts.length
  })
  const supervisor = await t.staffKey('supervisor')
  const { body: triage } = await t.call('GET', '/api/v1/triage', supervisor)
  for (const { replyId, reason } of triage.waiting) {
    if (reason === 'urgent') await t.call('POST', `/api/v1/duty/${replyId}/take`, supervisor, {})
    const decided = await t.call('POST', `/api/v1/triage/${replyId}`, supervisor, { kind: 'call' })
    expect(decided.status).toBe(200)
  }
  for (const result of ['reached', 'wrong_number'] as const) {
    const claimed = await t.call('POST', '/api/v1/callbacks/claim', supervisor, {})
    expect(claimed.status).toBe(200)
    const path = `/api/v1/callbacks/${claimed.body.callback.id}`
    expect((await t.call('POST', `${path}/number`, supervisor, {})).status).toBe(200)
    const attempt = await t.call('POST', `${path}/attempts`, supervisor, {
      result,
      ...(result === 'reached' ? { finding: 'mistaken', rating: 'satisfied' } : {}),
    })
    expect(attempt.status).toBe(200)
    if (result === 'reached') {
      const second = await t.staffKey('supervisor')
      await t.call('POST', `${path}/review`, second, { approve: true })
    }
  }
  await until('receipts', async () => {
    const open = await t.app.db
      .selectFrom('message')
      .select('id')
      .where('state', 'in', ['queued', 'submitting', 'unknown'])
      .execute()
    return open.length === 0
  })
  expect(t.logged.filter((line) => line.includes('timeout exceeded'))).toEqual([])
}, 60_000)
