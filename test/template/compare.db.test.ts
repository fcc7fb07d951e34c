import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { reply, sendAll } from '../evaluation/support.ts'
import { freshPhone, row, testApp, until, type TestApp } from '../support/app.ts'
import { administrator } from './life.ts'

let t: TestApp
let admin: Awaited<ReturnType<typeof administrator>>
beforeAll(async () => {
  t = await testApp({ policy: (policy) => (policy.template.applyApartSeconds = 0) })
  admin = await administrator(t)
})
afterAll(async () => t.close())

test('two versions side by side: who replied and how, with what chance allows', async () => {
  const second = await admin.approve()
  const first = (await t.app.templates.active('ask', '户政', null))!.id
  const phones = await ask(40)
  await admin.plan([{ id: second, weight: 100 }])
  await until('the second is known', async () => {
    return (await t.app.templates.active('ask', '户政', null))?.id === second
  })
  const others = await ask(20)
  await answer(phones.slice(0, 10), '1')
  await answer(others.slice(0, 16), '1')
  await answer(others.slice(16, 20), '3')

  // While they may still be replied to in time they tell nothing.
  await sql`UPDATE survey SET expires_at = now() + interval '1 hour'`.execute(t.app.db)
  expect((await compare()).versions).toEqual([])
  await sql`UPDATE survey SET expires_at = now()`.execute(t.app.db)

  const { versions } = await compare()
  expect(versions).toMatchObject([
    { id: first, version: 1, sent: 40, rated: { satisfied: 10 }, against: null },
    {
      id: second,
      version: 2,
      sent: 20,
      rated: { satisfied: 16, dissatisfied: 4 },
      response: { value: 1 },
      dissatisfied: { value: 0.2 },
      against: { id: first, response: { value: 0.75 } },
    },
  ])
  expect(versions[1].against.response.low).toBeGreaterThan(0.5)
  // Four of twenty against none of ten: chance alone may do that.
  expect(versions[1].against.dissatisfied.low).toBeLessThan(0)
})

const compare = () => admin.call('GET', '/template-plans/comparison?purpose=ask')

let pushed = 0
async function ask(count: number): Promise<string[]> {
  const phones = Array.from({ length: count }, () => freshPhone())
  const rows = phones.map((phone) => row(`c${++pushed}`, { citizen: { phone } }))
  await t.call('POST', '/api/v1/transactions', t.sourceKey, rows)
  await sendAll(t)
  return phones
}

const answer = (phones: readonly string[], text: string) =>
  reply(t, ...phones.map((phone) => ({ phone, text })))
