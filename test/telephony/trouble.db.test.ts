import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { viewOf, type CallView } from '../../src/telephony/schema.ts'
import { callsOf, type Call } from '../../src/telephony/calls-of.ts'
import { between, randomOf } from '../fault/random.ts'
import { supervise, type Supervised } from '../fault/processes.ts'
import { freshPhone, testApp, until, type TestApp } from '../support/app.ts'
import { seedCallback } from '../support/cases.ts'
import { cuttable, type Cuttable } from '../support/cut.ts'
import { testExchange, type Exchange } from '../support/exchange.ts'

// A hundred (TEST_CALL_RUNS=100) take some minutes.
const runs = Number(process.env['TEST_CALL_RUNS'] ?? 5)
const firstSeed = Number(process.env['TEST_CALL_SEED'] ?? 7_000)

const exchange = await testExchange()

describe.skipIf(exchange === null)('calls while something fails', () => {
  const x = exchange as Exchange
  let t: TestApp
  let way: Cuttable
  let worker: Supervised
  let key: string
  const lines: string[] = []
  beforeAll(async () => {
    way = await cuttable(x.url)
    const environment = { ...x.environment, HUIFANG_ASTERISK_URL: way.url }
    t = await testApp({
      environment,
      policy: (policy) => {
        policy.telephony.agentRingSeconds = 4
        policy.telephony.citizenRingSeconds = 4
        policy.callback.undoSeconds = 60
      },
    })
    worker = supervise('work', { ...t.environment, PATH: process.env['PATH'] ?? '' }, (line) =>
      lines.push(line),
    )
    await worker.ready
    key = await t.staffKey('agent')
    await t.call('PUT', '/api/v1/telephony/phone', key, { extension: '1001' })
  })
  afterEach(async () => {
    await until('the phones are still', async () =>
      [...x.agents.calls, ...x.citizens.calls].every(({ ended }) => ended !== null),
    )
  })
  afterAll(async () => {
    await worker.stop()
    await t.close()
    await way.close()
    await x.close()
  })

  const heard = () =>
    until('the exchange is heard', async () => {
      const { body } = await t.call('GET', '/api/v1/telephony/phone', key)
      return body.state === 'ready'
    })
  async function begin(phone: string): Promise<string> {
    const id = await seedCallback(t.app, { phone })
    await t.call('POST', `/api/v1/callbacks/${id}/claim`, key, {})
    // As a person does: while the exchange is away, the key is pressed again.
    await until('the call is taken', async () => {
      const { status, body } = await t.call('POST', `/api/v1/callbacks/${id}/call`, key, {})
      expect([202, 503]).toContain(status)
      return status === 202 ? body : null
    })
    return id
  }
  const latest = async (id: string): Promise<CallView> => viewOf((await callsOf(t.app.db, id))[0]!)
  const reaches = (id: string, state: Call['state']) =>
    until(
      `the call is ${state}`,
      async () => {
        const call = await latest(id)
        return call.state === state ? call : null
      },
      40_000,
    )
  const rung = (phone: string) => x.citizens.calls.filter(({ number }) => number === phone).length

  test('the socket is cut while they talk: the call goes on, and its end is heard', async () => {
    const phone = freshPhone()
    const id = await begin(phone)
    await reaches(id, 'talking')
    way.cut()
    await heard()
    expect((await latest(id)).state).toBe('talking')
    x.citizens.calls.at(-1)!.hangUp()
    expect(await reaches(id, 'ended')).toMatchObject({ result: 'answered', endedBy: 'citizen' })
    expect(rung(phone)).toBe(1)
  })

  test('the worker is killed while they talk: another one takes the call up', async () => {
    const phone = freshPhone()
    const id = await begin(phone)
    await reaches(id, 'talking')
    worker.kill()
    await heard()
    x.agents.calls.at(-1)!.hangUp()
    expect(await reaches(id, 'ended')).toMatchObject({ result: 'answered', endedBy: 'agent' })
    expect(rung(phone)).toBe(1)
  })

  test('the citizen declines while nobody hears: the exchange’s own log tells', async () => {
    const phone = freshPhone()
    x.behave(phone, { afterMs: 2_000, comesTo: { status: '486 Busy Here' } })
    const id = await begin(phone)
    await until('it rings', async () => (await latest(id)).heard === 'ringing')
    worker.kill()
    expect(await reaches(id, 'ended')).toMatchObject({ result: 'busy' })
    expect(rung(phone)).toBe(1)
  })

  test('the citizen answers and hangs up while nobody hears: answered', async () => {
    const phone = freshPhone()
    x.behave(phone, { afterMs: 1_000, comesTo: 'answer', hangUpAfterMs: 500 })
    const id = await begin(phone)
    await until('it rings', async () => (await latest(id)).heard === 'ringing')
    worker.kill()
    expect(await reaches(id, 'ended')).toMatchObject({ result: 'answered' })
    expect(rung(phone)).toBe(1)
  })

  test('the exchange fails while they talk: the call has ended, and the next one is made', async () => {
    const phone = freshPhone()
    const id = await begin(phone)
    await reaches(id, 'talking')
    await x.kill()
    const refused = await t.call('POST', `/api/v1/callbacks/${id}/call`, key, {})
    expect(refused.body.code).toBe('telephony.exchange_away')
    await x.start()
    expect(await reaches(id, 'ended')).toMatchObject({ result: 'answered', endedBy: null })
    x.agents.calls.at(-1)!.hangUp()
    x.citizens.calls.at(-1)!.hangUp()
    const next = await begin(freshPhone())
    await reaches(next, 'talking')
    await t.call('POST', `/api/v1/callbacks/${next}/hang-up`, key, {})
    await reaches(next, 'ended')
  })

  test('the exchange fails while the citizen’s phone rings: unknown, and nobody is rung again for it', async () => {
    const phone = freshPhone()
    x.behave(phone, { comesTo: 'ring_on' })
    const id = await begin(phone)
    await until('it rings', async () => (await latest(id)).heard === 'ringing')
    await x.kill()
    await x.start()
    expect(await reaches(id, 'ended')).toMatchObject({ result: 'unknown' })
    expect(rung(phone)).toBe(1)
    x.agents.calls.at(-1)!.hangUp()
    x.citizens.reset()
  })

  test(
    `${runs} calls with a kill or a cut at any moment: each has a settled row, and no citizen was rung twice`,
    { timeout: 60_000 + runs * 30_000 },
    async () => {
      const ends = new Map<string, number>()
      for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
        const random = randomOf(seed)
        const phone = freshPhone()
        const talkMs = between(random, 200, 1_500)
        x.behave(
          phone,
          random() < 0.7
            ? { afterMs: between(random, 30, 800), comesTo: 'answer', hangUpAfterMs: talkMs }
            : { afterMs: between(random, 30, 800), comesTo: { status: '486 Busy Here' } },
        )
        const id = await begin(phone)
        await new Promise((resolve) => setTimeout(resolve, between(random, 0, 1_800)))
        if (random() < 0.5) worker.kill()
        else way.cut()
        const call = await reaches(id, 'ended')
        ends.set(call.result!, (ends.get(call.result!) ?? 0) + 1)
        expect([seed, rung(phone) <= 1]).toEqual([seed, true])
        await heard()
        await until('the agent’s phone is still', async () =>
          x.agents.calls.every(({ ended }) => ended !== null),
        )
      }
      process.stderr.write(`${runs} calls: ${JSON.stringify(Object.fromEntries(ends))}\n`)
      const open = await t.app.db
        .selectFrom('call')
        .select('id')
        .where('state', '<>', 'ended')
        .execute()
      expect(open).toEqual([])
    },
  )
})
