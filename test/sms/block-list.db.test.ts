import { afterAll, beforeAll, expect, test } from 'vitest'
import { reply, sendAll } from '../evaluation/support.ts'
import { freshPhone, row, testApp, type TestApp } from '../support/app.ts'

let t: TestApp
let key: string
beforeAll(async () => {
  t = await testApp()
  key = await t.staffKey('administrator', 'ROOT')
})
afterAll(async () => t.close())

const call = (path: string, body: unknown) =>
  t.call('POST', `/api/v1/contact-blocks${path}`, key, body)
let pushed = 0
const plan = async (phone: string) => {
  const { body } = await t.call(
    'POST',
    '/api/v1/transactions',
    t.sourceKey,
    row(`b${++pushed}`, { citizen: { phone } }),
  )
  return body.verdicts[0]
}
const kindsOf = async (number: string) =>
  (await call('/find', { number })).body.blocks.map(({ kind }: { kind: string }) => kind)

test('a list keeps its numbers from being texted, names its bad lines, and stops none of the good ones', async () => {
  const [one, other] = [freshPhone(), freshPhone()]
  const { status, body } = await call('', {
    numbers: [one, '无', `+86 ${other.slice(0, 3)}-${other.slice(3)}`, '', one],
    kind: 'staff_number',
    reason: '本局人员',
  })
  expect(status).toBe(200)
  expect(body).toEqual({
    listed: 2,
    bad: [
      { line: 2, reason: '含有号码以外的字符' },
      { line: 4, reason: '没有号码' },
    ],
  })
  for (const phone of [one, other]) {
    expect(await plan(phone)).toMatchObject({ surveyed: false, reason: 'staff_number' })
  }
})

test('an entry ends when it is said to end, and a later opt-out is for good', async () => {
  const phone = freshPhone()
  const until = '2024-01-01T00:00:00+08:00'
  await call('', { numbers: [phone], kind: 'opt_out', until, reason: '试行' })
  expect(await kindsOf(phone)).toEqual([])
  expect(await plan(phone)).toMatchObject({ surveyed: true })
  await sendAll(t)
  await reply(t, { phone, text: 'TD' })
  expect(await kindsOf(phone)).toEqual(['opt_out'])
  // No list shortens what the citizen said.
  await call('', { numbers: [phone], kind: 'opt_out', until, reason: '试行' })
  expect(await kindsOf(phone)).toEqual(['opt_out'])
})

test('who opted out may opt in again; what the provider blocks is not lifted here', async () => {
  const phone = freshPhone()
  await call('', { numbers: [phone], kind: 'opt_out', reason: '来电要求' })
  expect(await plan(phone)).toMatchObject({ surveyed: false, reason: 'opted_out' })
  const lift = { number: phone, kind: 'opt_out', reason: '本人要求恢复' }
  expect((await call('/lift', lift)).status).toBe(200)
  expect((await call('/lift', lift)).status).toBe(404)
  expect((await call('/lift', { ...lift, kind: 'provider_block' })).status).toBe(400)
  expect(await plan(phone)).toMatchObject({ surveyed: true })
})

test('every change and every look is on record, and no number is', async () => {
  const phone = freshPhone()
  await call('', { numbers: [phone], kind: 'excluded', reason: '涉密人员' })
  await call('/find', { number: phone })
  await call('/lift', { number: phone, kind: 'excluded', reason: '期满' })
  const rows = await t.app.db
    .selectFrom('audit')
    .select(['action', 'details'])
    .where('action', 'like', 'block.%')
    .orderBy('id')
    .execute()
  expect(rows.slice(-3)).toMatchObject([
    { action: 'block.list', details: { numbers: 1, reason: '涉密人员', until: null } },
    { action: 'block.look' },
    { action: 'block.lift', details: { reason: '期满' } },
  ])
  expect(JSON.stringify(rows)).not.toContain(phone)
  const hidden = await call('', { numbers: [phone], kind: 'excluded', reason: `本人${phone}` })
  expect(hidden.status).toBe(400)
  const { body } = await t.call('GET', '/api/v1/contact-blocks', key)
  expect(body.kinds).toContainEqual({ kind: 'staff_number', numbers: 2 })
  expect(body.latest[0]).not.toHaveProperty('phoneHash')
})
