import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eraseCitizen, exportCitizen, findCitizen } from '../../src/citizen/rights.ts'
import { heldData } from '../../src/citizen/held-data.ts'
import { examine } from '../../src/doctor/examine.ts'
import { tendGrowth } from '../../src/growth/tend.ts'
import { freshPhone, row, testApp, until, type TestApp } from '../support/app.ts'
import { huifang } from '../support/command.ts'

let t: TestApp
let owner: Client
const [glad, angry, other] = [freshPhone(), freshPhone(), freshPhone()]
const request = { by: 'operator:test', why: '申请单 2026-17' }

/** Everything in the database that says who somebody is, opened. */
async function everythingHeld(): Promise<string> {
  const found: string[] = []
  for (const { table, sealed } of heldData) {
    const { rows } = await owner.query(`SELECT * FROM ${table}`)
    for (const line of rows as Record<string, Buffer | null>[]) {
      for (const [column, context] of Object.entries(sealed)) {
        const value = line[column]
        if (value) found.push(t.app.vault.open(value, context))
      }
      for (const column of ['phone_hash', 'person_hash']) {
        const value = line[column]
        if (value) found.push(value.toString('hex'))
      }
    }
  }
  return found.join('\n')
}

beforeAll(async () => {
  t = await testApp({ policy: (policy) => void (policy.survey.replyWindowSeconds = 3600) })
  owner = new Client({ connectionString: t.ownerUrl })
  await owner.connect()
  const stop = await t.work()
  await t.call('POST', '/api/v1/transactions', t.sourceKey, [
    row('glad', { citizen: { phone: glad, name: '张三' }, item: '补办身份证' }),
    row('angry', { citizen: { phone: angry, name: '李四' } }),
    row('other', { citizen: { phone: other, name: '王五' } }),
  ])
  await until('asked', async () => t.gateway.ledger().length === 3)
  t.gateway.reply({ phone: glad, text: '1' })
  t.gateway.reply({ phone: angry, text: '不满意' })
  t.gateway.reply({ phone: other, text: '1' })
  await until('rated', async () => {
    const rated = await t.app.db
      .selectFrom('survey')
      .select('id')
      .where('firstRating', 'is not', null)
      .execute()
    return rated.length === 3
  })
  await t.gateway.idle()
  await until(
    'settled',
    async () => (await examine({ ...t.app, queues: t.app.queues })).length === 0,
  )
  await until('nothing under way', async () => {
    const waiting = await t.app.db
      .selectFrom('message')
      .select('id')
      .where('state', 'in', ['queued', 'submitting'])
      .execute()
    return waiting.length === 0
  })
  await stop()
})
afterAll(async () => {
  await owner.end()
  await t.close()
})

test('find says what is held, without its content', async () => {
  const found = await findCitizen(t.app, `+86 ${glad}`, request)
  expect(found.cases).toMatchObject([{ externalId: 'glad', state: 'answered' }])
  expect(found.rows).toMatchObject({ transaction: 1, survey: 1, reply: 1 })
  expect(JSON.stringify(found)).not.toMatch(new RegExp(`${glad}|张三`))
})

test('export holds everything about this number and nothing about another', async () => {
  const text = JSON.stringify(await exportCitizen(t.app, glad, request))
  for (const held of [glad, '张三', '补办身份证', '"text":"1"', '户政'])
    expect(text).toContain(held)
  for (const foreign of [angry, other, '李四', '王五', 'Sealed', 'Hash'])
    expect(text).not.toContain(foreign)
})

test('erasure leaves nothing that names the citizen, and everything of the others', async () => {
  expect(await everythingHeld()).toContain(glad)
  const erased = await eraseCitizen(t.app, glad, request)
  expect(erased).toMatchObject({ deferredCases: 0 })
  expect(erased.rows).toBeGreaterThan(3)
  expect(erased.pushes).toBeGreaterThan(0)
  const held = await everythingHeld()
  for (const gone of [glad, '张三', t.app.vault.hashPhone(glad).toString('hex')])
    expect(held).not.toContain(gone)
  for (const kept of [angry, other, '李四', '王五']) expect(held).toContain(kept)
  expect((await findCitizen(t.app, glad, request)).cases).toEqual([])
  const { rows } = await owner.query(`SELECT rule, what, why FROM erasure`)
  expect(rows).toContainEqual({ rule: 'citizen_asked', what: 'citizen', why: request.why })
  expect(await examine({ ...t.app, queues: t.app.queues })).toEqual([])
})

test('a case that somebody works on is erased as soon as it has ended', async () => {
  expect(await eraseCitizen(t.app, angry, request)).toMatchObject({ deferredCases: 1 })
  expect((await findCitizen(t.app, angry, request)).cases).toHaveLength(1)
  await tendGrowth(t.app)
  expect((await findCitizen(t.app, angry, request)).cases).toHaveLength(1)
  await owner.query(`UPDATE callback SET state = 'cancelled', close_reason = 'test'`)
  await tendGrowth(t.app)
  expect((await findCitizen(t.app, angry, request)).cases).toEqual([])
  expect(await everythingHeld()).not.toContain(angry)
})

test('an opt-out outlives erasure until the citizen opts in', { timeout: 120_000 }, async () => {
  const phoneHash = t.app.vault.hashPhone(other)
  await t.app.db
    .insertInto('contactBlock')
    .values([
      { phoneHash, kind: 'opt_out', origin: 'test' },
      { phoneHash, kind: 'provider_block', origin: 'test' },
    ])
    .execute()
  await eraseCitizen(t.app, other, request)
  const run = () => huifang(['citizen', 'opt-in', '--why', '来电申请'], t.environment, `${other}\n`)
  const first = await run()
  expect(first.code).toBe(0)
  expect(JSON.parse(first.stdout)).toMatchObject({
    lifted: true,
    remaining: [{ kind: 'provider_block' }],
  })
  expect(JSON.parse((await run()).stdout)).toMatchObject({ lifted: false })
})

test(
  'a number on the command line is taken, with a warning; what is none is refused in words',
  { timeout: 120_000 },
  async () => {
    const given = await huifang(['citizen', 'find', glad, '--why', '核查'], t.environment)
    expect(given.code).toBe(0)
    expect(given.stderr).toContain('命令历史')
    const wrong = await huifang(['citizen', 'find', '--why', '核查'], t.environment, '12\n')
    expect(wrong.code).toBe(1)
    expect(wrong.stderr).toContain('不是有效的中国大陆号码')
  },
)

test('every act is on record with who and why, and never about whom', async () => {
  const { rows } = await owner.query(`SELECT * FROM audit WHERE action LIKE 'citizen.%'`)
  expect(new Set(rows.map(({ action }) => action))).toEqual(
    new Set(['citizen.find', 'citizen.export', 'citizen.erase', 'citizen.opt_in']),
  )
  const record = JSON.stringify(rows)
  expect(record).toContain(request.why)
  for (const phone of [glad, angry, other]) {
    expect(record).not.toContain(phone)
    expect(record).not.toContain(t.app.vault.hashPhone(phone).toString('hex'))
  }
  const secret = { by: 'operator:test', why: `来电 ${glad}` }
  await expect(findCitizen(t.app, glad, secret)).rejects.toThrow('事由中不得出现号码')
})
