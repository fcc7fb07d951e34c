import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callsOf } from '../../src/telephony/calls-of.ts'
import type { CallView } from '../../src/telephony/schema.ts'
import type { CallbackOrigin } from '../../src/callback/rules.ts'
import { inBusinessZone } from '../../src/foundation/clock.ts'
import { setBlocks } from '../../src/sms/contact-block.ts'
import type { Behaviour } from '../../src/sandbox/phones/bank.ts'
import { freshPhone, station, testApp, until, type TestApp } from '../support/app.ts'
import { seedCallback } from '../support/cases.ts'
import { testExchange, type Exchange } from '../support/exchange.ts'
import { recorder, type Recorder } from './recorder.ts'

const exchange = await testExchange()
const recordTraces = process.env['RECORD_TRACES'] === '1'

describe.skipIf(exchange === null)('calls through a real exchange', () => {
  const x = exchange as Exchange
  let t: TestApp
  let key: string
  let tape: Recorder | null = null
  /** With RECORD_TRACES=1 what the exchange tells is written down for the tests without one. */
  async function keep(name: string, callbackId: string): Promise<void> {
    const [call] = await callsOf(t.app.db, callbackId)
    await tape?.keep(name, x.version, call!)
  }
  beforeAll(async () => {
    if (recordTraces) tape = await recorder(x.url)
    t = await testApp({
      environment: {
        ...x.environment,
        ...(tape ? { HUIFANG_ASTERISK_URL: tape.url } : {}),
      },
      policy: (policy) => {
        policy.telephony.agentRingSeconds = 2
        policy.telephony.citizenRingSeconds = 2
        policy.telephony.callerId = '051683450001'
        policy.telephony.callerIdOfUnits = { FJ1: '051683450002' }
        policy.callback.undoSeconds = 60
      },
    })
    await t.work()
    key = await agentAt('1001')
  })
  afterAll(async () => {
    await t.close()
    tape?.close()
    await x.close()
  })

  async function agentAt(extension: string): Promise<string> {
    const made = await t.staffKey('agent')
    await t.call('PUT', '/api/v1/telephony/phone', made, { extension })
    return made
  }
  async function claimed(phone = freshPhone(), by = key): Promise<string> {
    const id = await seedCallback(t.app, { phone })
    await t.call('POST', `/api/v1/callbacks/${id}/claim`, by, {})
    return id
  }
  const dial = async (id: string, by = key) => {
    await until(
      'the exchange is heard',
      async () => (await t.call('GET', '/api/v1/telephony/phone', by)).body.state === 'ready',
    )
    const { status, body } = await t.call('POST', `/api/v1/callbacks/${id}/call`, by, {})
    expect([status, body]).toEqual([202, { callId: expect.any(String) }])
  }
  const rung = (phone: string) => x.citizens.calls.filter(({ number }) => number === phone).length
  /** The phone of the test is free again. */
  const freed = () =>
    until('the phone is free', async () => x.agents.calls.every(({ ended: end }) => end !== null))
  const attemptsOf = async (id: string) =>
    (
      await t.app.db.selectFrom('attempt').select('result').where('callbackId', '=', id).execute()
    ).map(({ result }) => result)
  const latest = async (id: string, by = key): Promise<CallView> =>
    (await t.call('GET', `/api/v1/callbacks/${id}/calls`, by)).body.calls[0]
  const ended = (id: string, by = key) =>
    until('the call ends', async () => {
      const call = await latest(id, by)
      return call.state === 'ended' ? call : null
    })

  const refuses = (status: string, before?: Behaviour['before'], reason?: string): Behaviour => ({
    ...(before ? { before } : {}),
    comesTo: { status, ...(reason ? { reason } : {}) },
  })
  const q850 = (cause: number) => `Q.850;cause=${cause}`

  test.each<[string, Behaviour, Partial<CallView>, string | null]>([
    [
      'answers and hangs up',
      { comesTo: 'answer', hangUpAfterMs: 1_200 },
      // A busy machine hears later that they hung up; never before they did.
      { result: 'answered', endedBy: 'citizen', seconds: expect.toSatisfy((s) => s >= 1) },
      null,
    ],
    ['486 Busy Here', refuses('486 Busy Here'), { result: 'busy', sipCode: 486 }, 'busy'],
    ['600 Busy Everywhere', refuses('600 Busy Everywhere'), { result: 'busy' }, 'busy'],
    ['rings on', { comesTo: 'ring_on' }, { result: 'no_answer' }, 'no_answer'],
    ['603 Decline', refuses('603 Decline', 'ringing', q850(21)), { result: 'rejected' }, 'hung_up'],
    [
      '403 Forbidden',
      refuses('403 Forbidden', 'nothing'),
      { result: 'failed', sipCode: 403 },
      null,
    ],
    [
      '404 Not Found',
      refuses('404 Not Found', 'nothing', q850(1)),
      { result: 'invalid_number' },
      'wrong_number',
    ],
    ['410 Gone', refuses('410 Gone', 'nothing'), { result: 'invalid_number' }, 'wrong_number'],
    [
      '484 Address Incomplete',
      refuses('484 Address Incomplete', 'nothing'),
      { result: 'invalid_number' },
      'wrong_number',
    ],
    [
      '480 after ringing',
      refuses('480 Temporarily Unavailable', 'ringing', q850(19)),
      { result: 'no_answer' },
      'no_answer',
    ],
    [
      'an announcement, then 480',
      refuses('480 Temporarily Unavailable', 'announcement', q850(20)),
      { result: 'unreachable' },
      'off',
    ],
    [
      'an announcement without end',
      { before: 'announcement', comesTo: 'ring_on' },
      { result: 'no_answer' },
      'no_answer',
    ],
    ['408 after ringing', refuses('408 Request Timeout'), { result: 'no_answer' }, 'no_answer'],
    ['500', refuses('500 Server Internal Error', 'nothing'), { result: 'failed' }, null],
    ['503', refuses('503 Service Unavailable', 'nothing'), { result: 'failed' }, null],
    ['488', refuses('488 Not Acceptable Here', 'nothing'), { result: 'failed' }, null],
    ['answers nothing at all', { comesTo: 'silent' }, { result: 'failed' }, null],
  ])(
    'the citizen’s phone %s: the result, and what is written down',
    async (name, behaviour, result, attempt) => {
      const phone = freshPhone()
      x.behave(phone, behaviour)
      const id = await claimed(phone)
      await dial(id)
      expect(await ended(id)).toMatchObject(result)
      await keep(name, id)
      expect(await attemptsOf(id)).toEqual(attempt === null ? [] : [attempt])
      expect(rung(phone)).toBe(1)
      await freed()
    },
  )

  test.each<[string, Behaviour, Partial<CallView>]>([
    ['is busy', refuses('486 Busy Here'), { result: 'agent_busy' }],
    ['rings on', { comesTo: 'ring_on' }, { result: 'agent_no_answer' }],
    ['declines', refuses('603 Decline'), { result: 'agent_rejected' }],
  ])(
    'the agent’s phone %s: the citizen’s does not ring, and no try counts',
    async (name, behaviour, result) => {
      const phone = freshPhone()
      x.behave('1002', behaviour)
      const by = await agentAt('1002')
      const id = await claimed(phone, by)
      await dial(id, by)
      expect(await ended(id, by)).toMatchObject(result)
      await keep(`agent ${name}`, id)
      expect(await attemptsOf(id)).toEqual([])
      expect(rung(phone)).toBe(0)
    },
  )

  test('the agent hangs up: by the phone while they talk, by the desk while it rings', async () => {
    const talking = await claimed()
    await dial(talking)
    await until('they talk', async () => (await latest(talking)).state === 'talking')
    x.agents.calls.at(-1)!.hangUp()
    expect(await ended(talking)).toMatchObject({ result: 'answered', endedBy: 'agent' })
    await keep('the agent hangs up by the phone', talking)
    await freed()

    const phone = freshPhone()
    x.behave(phone, { comesTo: 'ring_on' })
    const ringing = await claimed(phone)
    await dial(ringing)
    await until('it rings', async () => (await latest(ringing)).heard === 'ringing')
    expect((await t.call('POST', `/api/v1/callbacks/${ringing}/hang-up`, key, {})).status).toBe(200)
    expect(await ended(ringing)).toMatchObject({ result: 'agent_cancelled' })
    expect(x.citizens.calls.at(-1)).toMatchObject({ number: phone, ended: 'cancelled' })
    expect(await attemptsOf(ringing)).toEqual([])
    await freed()
  })

  test('the agent puts the receiver down while it rings: cancelled, and the citizen’s phone stops', async () => {
    const phone = freshPhone()
    x.behave(phone, { comesTo: 'ring_on' })
    const id = await claimed(phone)
    await dial(id)
    await until('it rings', async () => (await latest(id)).heard === 'ringing')
    x.agents.calls.at(-1)!.hangUp()
    expect(await ended(id)).toMatchObject({ result: 'agent_cancelled' })
    await keep('the agent gives up while it rings', id)
    await until(
      'the citizen’s phone is still',
      async () => x.citizens.calls.at(-1)?.ended === 'cancelled',
    )
    await freed()
  })

  test('a phone that cannot ring is told of before the call, and nothing is dialled', async () => {
    const by = await agentAt('1999')
    const id = await claimed(freshPhone(), by)
    const refused = async () => {
      const { status, body } = await t.call('POST', `/api/v1/callbacks/${id}/call`, by, {})
      return [status, body.code]
    }
    expect(await refused()).toEqual([409, 'telephony.phone_offline'])
    await t.call('PUT', '/api/v1/telephony/phone', by, { extension: '4711' })
    expect(await refused()).toEqual([400, 'telephony.phone_unknown'])
    await t.call('PUT', '/api/v1/telephony/phone', by, { extension: null })
    expect(await refused()).toEqual([409, 'telephony.no_phone'])
    expect((await t.call('GET', `/api/v1/callbacks/${id}/calls`, by)).body.calls).toEqual([])
  })

  test('a number on a list is not called, unless somebody may be in danger', async () => {
    const phone = freshPhone()
    const block = { kind: 'excluded', until: null, reason: 'test', addedBy: 'test' } as const
    await setBlocks(t.app.db, [t.app.vault.hashPhone(phone)], block)
    const id = await claimed(phone)
    const { status, body } = await t.call('POST', `/api/v1/callbacks/${id}/call`, key, {})
    expect([status, body.code]).toEqual([409, 'telephony.number_listed'])
    const urgent = await seedCallback(t.app, { phone, origin: 'urgent' })
    await t.call('POST', `/api/v1/callbacks/${urgent}/claim`, key, {})
    await dial(urgent)
    await until('they talk', async () => (await latest(urgent)).state === 'talking')
    await t.call('POST', `/api/v1/callbacks/${urgent}/hang-up`, key, {})
    await ended(urgent)
    await freed()
  })

  test('one call at a time of a phone; the citizen sees the number of the unit', async () => {
    const id = await claimed()
    await dial(id)
    const second = await claimed()
    const { status, body } = await t.call('POST', `/api/v1/callbacks/${second}/call`, key, {})
    expect([status, body.code]).toEqual([409, 'telephony.phone_busy'])
    await until('they talk', async () => (await latest(id)).state === 'talking')
    expect(x.citizens.calls.at(-1)!.from).toBe('051683450002')
    await t.call('POST', `/api/v1/callbacks/${id}/hang-up`, key, {})
    await ended(id)
    await freed()
  })

  test('what was written down by itself may be undone, and the result that is recorded in its place tells of the call', async () => {
    const phone = freshPhone()
    x.behave(phone, refuses('486 Busy Here'))
    const id = await claimed(phone)
    await dial(id)
    const call = await ended(id)
    expect(call.attemptId).not.toBeNull()
    expect((await t.call('POST', `/api/v1/callbacks/${id}/undo`, key, {})).status).toBe(200)
    expect((await latest(id)).attemptId).toBeNull()
    await t.call('POST', `/api/v1/callbacks/${id}/attempts`, key, { result: 'no_answer' })
    expect((await latest(id)).attemptId).not.toBeNull()
    await freed()
  })

  test('after a number that is nobody’s, the result may be taken back and another number be called', async () => {
    const [wrong, other] = [freshPhone(), freshPhone()]
    x.behave(wrong, refuses('404 Not Found', 'nothing'))
    const id = await claimed(wrong)
    await dial(id)
    expect(await ended(id)).toMatchObject({ result: 'invalid_number' })
    await t.call('POST', `/api/v1/callbacks/${id}/undo`, key, {})
    const put = (number: string) => t.call('PUT', `/api/v1/callbacks/${id}/number`, key, { number })
    expect((await put('12')).status).toBe(400)
    expect((await put(` ${other.slice(0, 3)}-${other.slice(3)}`)).status).toBe(200)
    await dial(id)
    await until('they talk', async () => (await latest(id)).state === 'talking')
    expect([rung(wrong), rung(other)]).toEqual([1, 1])
    await t.call('POST', `/api/v1/callbacks/${id}/hang-up`, key, {})
    await ended(id)
    const { body } = await t.call('GET', `/api/v1/callbacks/${id}`, key)
    expect(body.citizen).toMatchObject({
      otherNumber: true,
      phone: `${other.slice(0, 3)}****${other.slice(7)}`,
    })
    await freed()
  })

  test('twenty calls at once are all connected, each to its own citizen', async () => {
    const calls = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const phone = freshPhone()
        x.behave(phone, { comesTo: 'answer', hangUpAfterMs: 1_500 })
        const by = await agentAt(String(1003 + index))
        return { phone, by, id: await claimed(phone, by) }
      }),
    )
    await Promise.all(calls.map(({ id, by }) => dial(id, by)))
    const ends = await Promise.all(calls.map(({ id, by }) => ended(id, by)))
    expect(ends.map(({ result }) => result)).toEqual(calls.map(() => 'answered'))
    expect(calls.map(({ phone }) => rung(phone))).toEqual(calls.map(() => 1))
  })

  test('no more calls than the trunk carries, and none outside the calling hours but where somebody may be in danger', async () => {
    const hour = inBusinessZone(t.app.clock.now()).hour
    const elsewhen = hour < 12 ? { from: '22:00', to: '23:00' } : { from: '01:00', to: '02:00' }
    const strict = await testApp({
      environment: { ...x.environment, HUIFANG_ASTERISK_APPLICATION: 'strict' },
      policy: (policy) => {
        policy.telephony.callsAtMost = 1
        policy.callback.callingWindow = { ...elsewhen, blockedDays: [] }
      },
    })
    try {
      await strict.work()
      const claim = async (extension: string, origin: CallbackOrigin) => {
        const by = await strict.staffKey('agent')
        await strict.call('PUT', '/api/v1/telephony/phone', by, { extension })
        const id = await seedCallback(strict.app, { phone: freshPhone(), origin })
        await strict.call('POST', `/api/v1/callbacks/${id}/claim`, by, {})
        return async () => {
          const { status, body } = await strict.call('POST', `/api/v1/callbacks/${id}/call`, by, {})
          return [status, body.code]
        }
      }
      const usual = await claim('1021', 'dissatisfied')
      await until('the exchange is heard', async () => (await usual())[0] !== 503)
      expect(await usual()).toEqual([409, 'callback.outside_hours'])
      const urgent = await claim('1022', 'urgent')
      expect(await urgent()).toEqual([202, undefined])
      const second = await claim('1023', 'urgent')
      expect(await second()).toEqual([429, 'telephony.trunk_full'])
    } finally {
      await strict.close()
    }
    for (const call of x.agents.calls) call.hangUp()
    for (const call of x.citizens.calls) call.hangUp()
    await freed()
  })

  test('the rated unit neither calls, nor hangs up, nor sees that anybody was called', async () => {
    const id = await claimed()
    const rated = await t.staffKey('agent', station)
    await t.call('PUT', '/api/v1/telephony/phone', rated, { extension: '1024' })
    const { status, body } = await t.call('POST', `/api/v1/callbacks/${id}/call`, rated, {})
    expect([status, body.code]).toEqual([409, 'callback.lease_lost'])
    await dial(id)
    await until('they talk', async () => (await latest(id)).state === 'talking')
    const { calls } = (await t.call('GET', `/api/v1/callbacks/${id}/calls`, rated)).body
    expect(calls).toEqual([])
    expect((await t.call('POST', `/api/v1/callbacks/${id}/hang-up`, rated, {})).status).toBe(404)
    await t.call('POST', `/api/v1/callbacks/${id}/hang-up`, key, {})
    await ended(id)
    await freed()
  })

  test.each([
    ['nothing listens', 'deadtrunk', { heard: null, citizenAnsweredAt: null }],
    ['the exchange does not know', 'none', { heard: null, citizenDialledAt: null }],
  ])('a trunk where %s: failed, and no try counts', async (_, trunk, facts) => {
    const other = await testApp({
      environment: {
        ...x.environment,
        HUIFANG_ASTERISK_TRUNK: trunk,
        HUIFANG_ASTERISK_APPLICATION: trunk,
      },
      policy: (policy) => void (policy.telephony.citizenRingSeconds = 2),
    })
    try {
      await other.work()
      const by = await other.staffKey('agent')
      await other.call('PUT', '/api/v1/telephony/phone', by, { extension: '1023' })
      const id = await seedCallback(other.app, { phone: freshPhone() })
      await other.call('POST', `/api/v1/callbacks/${id}/claim`, by, {})
      await until(
        'the call is taken',
        async () =>
          (await other.call('POST', `/api/v1/callbacks/${id}/call`, by, {})).status === 202,
      )
      const call = await until('the call ends', async () => {
        const { calls } = (await other.call('GET', `/api/v1/callbacks/${id}/calls`, by)).body
        return calls[0].state === 'ended' ? (calls[0] as CallView) : null
      })
      expect(call).toMatchObject({ result: 'failed', attemptId: null, ...facts })
    } finally {
      await other.close()
    }
  })

  test('nothing that was logged has a citizen’s number in it', () => {
    const numbers = x.citizens.calls.map(({ number }) => number)
    expect(numbers.length).toBeGreaterThan(30)
    expect(numbers.filter((number) => t.logged.some((line) => line.includes(number)))).toEqual([])
  })
})
