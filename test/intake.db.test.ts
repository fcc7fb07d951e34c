import { afterEach, describe, expect, test } from 'vitest'
import { freshPhone, row, station, testApp, type TestApp } from './support/app.ts'

let t: TestApp
afterEach(async () => t.close())

const path = '/api/v1/transactions'

describe('pushing transactions', () => {
  test('one bad row among 999 good ones costs the others nothing, and its verdict names field and reason', async () => {
    t = await testApp()
    const rows: object[] = Array.from({ length: 1_000 }, (_, index) => row(`r${index}`))
    rows[500] = row('bad', { completedAt: '2026-11-20 10:00' })
    const { status, body } = await t.call('POST', path, t.sourceKey, rows)
    expect(status).toBe(202)
    const verdicts = body.verdicts as { verdict: string }[]
    expect(verdicts.filter(({ verdict }) => verdict === 'accepted')).toHaveLength(999)
    expect(verdicts[500]).toEqual({
      externalId: 'bad',
      verdict: 'rejected',
      field: 'completedAt',
      reason: '必须是带时区的 ISO 8601 时间',
    })
  })

  test.each([
    ['a missing key', undefined, row('a'), 401, 'auth.missing'],
    ['a wrong key', 'hf_wrong', row('a'), 401, 'auth.invalid'],
    ['what is not JSON', 'source', '{"externalId":', 400, 'request.not_json'],
    ['an empty body', 'source', '', 400, 'request.not_json'],
    [
      'a body over the limit',
      'source',
      JSON.stringify([{ item: 'x'.repeat(5_000_000) }]),
      413,
      'request.too_large',
    ],
    [
      'too many rows',
      'source',
      Array.from({ length: 1_001 }, () => ({})),
      413,
      'request.too_many_rows',
    ],
  ] as const)('%s is answered in words, never with 500', async (_name, key, body, status, code) => {
    t = await testApp()
    const answer = await t.call('POST', path, key === 'source' ? t.sourceKey : key, body)
    expect(answer).toMatchObject({ status, body: { code } })
    expect(answer.body.message).toMatch(/\p{Script=Han}/u)
  })

  test.each([
    ['null', null],
    ['a number', 7],
    ['an array', []],
    ['U+0000 in a field', row('a', { item: 'a\0b' })],
    ['a field of another type', row('a', { officerCodes: 'x' })],
    ['a year beyond all calendars', row('a', { completedAt: '+200000-01-01T00:00:00Z' })],
    ['lone surrogates', row('\ud800', { item: '\udfff' })],
  ])('a row that is %s gets a verdict', async (_name, bad) => {
    t = await testApp()
    const { status, body } = await t.call('POST', path, t.sourceKey, [bad, row('good')])
    expect(status).toBe(202)
    expect(body.verdicts).toHaveLength(2)
    expect(body.verdicts[1]).toMatchObject({ verdict: 'accepted', surveyed: true })
  })

  test('the same row again is a duplicate, in one push and in another', async () => {
    t = await testApp()
    const same = row('a')
    const first = await t.call('POST', path, t.sourceKey, [same, same])
    const second = await t.call('POST', path, t.sourceKey, same)
    const verdicts = [...first.body.verdicts, ...second.body.verdicts] as {
      verdict: string
      transactionId: string
    }[]
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['accepted', 'duplicate', 'duplicate'])
    expect(new Set(verdicts.map(({ transactionId }) => transactionId)).size).toBe(1)
  })

  test('an amendment is applied while the text is unsent: the new number is asked, the old one is free', async () => {
    t = await testApp()
    const [before, after] = [freshPhone(), freshPhone()]
    await t.call('POST', path, t.sourceKey, row('a', { citizen: { phone: before } }))
    const amended = await t.call(
      'POST',
      path,
      t.sourceKey,
      row('a', { kind: 'amended', citizen: { phone: after } }),
    )
    expect(amended.body.verdicts[0]).toMatchObject({ verdict: 'amended', applied: true })
    const other = await t.call('POST', path, t.sourceKey, row('b', { citizen: { phone: before } }))
    expect(other.body.verdicts[0]).toMatchObject({ surveyed: true })
    const again = await t.call('POST', path, t.sourceKey, row('c', { citizen: { phone: after } }))
    expect(again.body.verdicts[0]).toMatchObject({ surveyed: false, reason: 'asked_recently' })
  })

  test('a withdrawal before the text keeps it from going out', async () => {
    t = await testApp()
    await t.call('POST', path, t.sourceKey, row('a'))
    const withdrawn = await t.call('POST', path, t.sourceKey, row('a', { kind: 'cancelled' }))
    expect(withdrawn.body.verdicts[0]).toMatchObject({ verdict: 'withdrawn', applied: true })
    const messages = await t.app.db.selectFrom('message').select(['state', 'reason']).execute()
    expect(messages).toEqual([{ state: 'dropped', reason: 'withdrawn' }])
  })

  test('the same rows pushed by four at once are stored once, without a deadlock', async () => {
    t = await testApp()
    const rows = Array.from({ length: 200 }, (_, index) => row(`r${index}`))
    const answers = await Promise.all(
      [rows, rows.toReversed(), rows, rows.toReversed()].map((each) =>
        t.call('POST', path, t.sourceKey, each),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202])
    expect(await t.app.db.selectFrom('survey').select('id').execute()).toHaveLength(200)
  })

  test('a source cannot do the work of people, nor people push', async () => {
    t = await testApp()
    const agent = await t.staffKey('agent')
    expect((await t.call('POST', path, agent, row('a'))).status).toBe(403)
    expect((await t.call('POST', '/api/v1/callbacks/claim', t.sourceKey, {})).status).toBe(403)
    expect((await t.call('GET', '/api/v1/outcomes', agent)).status).toBe(403)
  })

  test('the text names unit and kind of business, never the matter', async () => {
    t = await testApp()
    await t.work()
    await t.call('POST', path, t.sourceKey, row('a', { unitCode: station, item: '离婚纠纷' }))
    while (t.gateway.ledger().length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    expect(t.gateway.ledger()[0]!.params).toEqual({ unit: '黄楼派出所', business: '户政' })
  })
})
