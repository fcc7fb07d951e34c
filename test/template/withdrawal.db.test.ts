import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { reviewRound } from '../../src/template/review.ts'
import { reply, sendAll, surveyOf } from '../evaluation/support.ts'
import { freshPhone, row, testApp, until, type TestApp } from '../support/app.ts'
import { administrator } from './life.ts'

let t: TestApp
let admin: Awaited<ReturnType<typeof administrator>>
beforeEach(async () => {
  t = await testApp({ policy: (policy) => (policy.template.applyApartSeconds = 0) })
  admin = await administrator(t)
})
afterEach(async () => t.close())

describe('a version that the provider withdraws', () => {
  test('stops at once with an alarm; its fallback takes over, for what waits too', async () => {
    const [second, third] = [await admin.approve(), await admin.approve()]
    await admin.call('PUT', `/templates/${second}/fallback`, { fallbackId: third })
    await use(second)
    const caseId = await push()
    await withdraw(second)

    expect(await admin.active()).toEqual([{ version: 3, weight: 100 }])
    expect(await alarms()).toEqual([expect.stringContaining('已改用第 3 版')])
    await sendAll(t)
    expect(await surveyOf(t, caseId)).toMatchObject({ state: 'open', templateVersionId: third })
    const { providerCode } = await admin.version(third)
    expect(t.gateway.ledger().map(({ templateCode }) => templateCode)).toEqual([providerCode])
  })

  test('without a fallback the texts wait, and go out when it is approved again', async () => {
    const second = await admin.approve()
    await use(second)
    await withdraw(second)
    expect(await alarms()).toEqual([expect.stringContaining('请尽快启用另一个版本')])
    // Nobody is left out for want of a text.
    const caseId = await push()
    await sendAll(t)
    expect(await surveyOf(t, caseId)).toMatchObject({ state: 'scheduled' })
    expect(t.gateway.ledger()).toEqual([])

    const { providerCode } = await admin.version(second)
    t.gateway.review({ code: providerCode, verdict: 'approved' })
    await look(second)
    expect(await admin.active()).toEqual([{ version: 2, weight: 100 }])
    expect(await alarms()).toEqual([])
    await sendAll(t)
    expect(await surveyOf(t, caseId)).toMatchObject({ state: 'open', templateVersionId: second })
  })

  test('leaves its part to the others that share the traffic', async () => {
    const second = await admin.approve()
    const [first] = (await admin.call('GET', '/templates')).versions.filter(
      ({ key, version }: { key: string; version: number }) => key === 'ask' && version === 1,
    )
    await admin.plan([
      { id: first.id, weight: 30 },
      { id: second, weight: 70 },
    ])
    await withdraw(second)
    expect(await admin.active()).toEqual([{ version: 1, weight: 30 }])
  })

  test('is not brought back by going back', async () => {
    const [second, third] = [await admin.approve(), await admin.approve()]
    await use(second)
    await use(third)
    await withdraw(second)
    await admin.call(
      'POST',
      '/template-plans/rollback',
      { purpose: 'ask', business: null, why: '试' },
      409,
    )
    expect(await admin.active()).toEqual([{ version: 3, weight: 100 }])
  })
})

test('a version out of use is deleted at the provider, and never used again', async () => {
  const second = await admin.approve()
  const { providerCode } = await admin.version(second)
  await admin.call('DELETE', `/templates/${second}/provider`)
  expect(await admin.version(second)).toMatchObject({ state: 'deleted' })
  expect(t.gateway.reviewed().map(({ code }) => code)).not.toContain(providerCode)
  await admin.call(
    'POST',
    '/template-plans',
    { purpose: 'ask', business: null, expected: 1, shares: [{ id: second, weight: 1 }], why: '试' },
    409,
  )
})

test('a change of version while 1,000 surveys are under way: each reply is read with the scale it was sent with', async () => {
  const turned = { 1: 'dissatisfied', 2: 'basically_satisfied', 3: 'satisfied' }
  const second = await admin.approve({
    body: '您好，您近日在${unit}办理的${business}业务已办结。满意请回复3，基本满意请回复2，不满意请回复1。本短信由公安民意跟踪监测中心发送，可致电0516-80110110核实。',
    scale: turned,
  })
  const phones = Array.from({ length: 1_000 }, () => freshPhone())
  await pushAll(phones.slice(0, 500))
  await sendAll(t)
  await use(second)
  await pushAll(phones.slice(500))
  await sendAll(t)
  await until('all are open', async () => (await states()).open === 1_000)

  // Under way with either version, and the version in use changes once more before anybody replies.
  await admin.call('POST', '/template-plans/rollback', {
    purpose: 'ask',
    business: null,
    why: '回退',
  })
  for (let start = 0; start < phones.length; start += 100) {
    await reply(t, ...phones.slice(start, start + 100).map((phone) => ({ phone, text: '1' })))
  }
  const { rows } = await sql<{ version: number; rating: string; replies: number }>`
    SELECT v.version, s.first_rating AS rating, count(*) AS replies
    FROM survey s JOIN template_version v ON v.id = s.template_version_id
    GROUP BY 1, 2 ORDER BY 1, 2`.execute(t.app.db)
  expect(rows).toEqual([
    { version: 1, rating: 'satisfied', replies: 500 },
    { version: 2, rating: 'dissatisfied', replies: 500 },
  ])
})

async function use(id: string) {
  await admin.plan([{ id, weight: 100 }])
  // What is in use may be known five seconds late.
  await until(`${id} is known`, async () => {
    const known = await t.app.templates.active('ask', '户政', null)
    return known?.id === id
  })
}

async function withdraw(id: string) {
  const { providerCode } = await admin.version(id)
  t.gateway.review({ code: providerCode, verdict: 'withdrawn', reason: '投诉过多' })
  await look(id)
  expect(await admin.version(id)).toMatchObject({ state: 'withdrawn', refusal: '投诉过多' })
}

async function look(id: string) {
  await sql`UPDATE template_version SET look_at = now() WHERE id = ${id}`.execute(t.app.db)
  await reviewRound(t.app)
}

let pushed = 0
async function push(): Promise<string> {
  const { body } = await t.call(
    'POST',
    '/api/v1/transactions',
    t.sourceKey,
    row(`w${++pushed}`, { citizen: { phone: freshPhone() } }),
  )
  expect(body.verdicts[0]).toMatchObject({ surveyed: true })
  return body.verdicts[0].transactionId
}

async function pushAll(phones: readonly string[]) {
  const rows = phones.map((phone) => row(`w${++pushed}`, { citizen: { phone } }))
  const { body } = await t.call('POST', '/api/v1/transactions', t.sourceKey, rows)
  expect(body.verdicts.every(({ surveyed }: { surveyed: boolean }) => surveyed)).toBe(true)
}

async function states(): Promise<Record<string, number>> {
  const { rows } = await sql<{ state: string; surveys: number }>`
    SELECT state, count(*) AS surveys FROM survey GROUP BY 1`.execute(t.app.db)
  return Object.fromEntries(rows.map(({ state, surveys }) => [state, surveys]))
}

const alarms = async () =>
  (
    await t.app.db
      .selectFrom('alarm')
      .select('message')
      .where('kind', '=', 'template.withdrawn')
      .where('clearedAt', 'is', null)
      .execute()
  ).map(({ message }) => message)
