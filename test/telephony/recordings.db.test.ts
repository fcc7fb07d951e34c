import { readdir, readFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { raiseAlarm, standingAlarms } from '../../src/alarm/alarm.ts'
import { dateAt } from '../../src/foundation/clock.ts'
import { eraseRecordings } from '../../src/telephony/recordings.ts'
import type { CallView } from '../../src/telephony/schema.ts'
import { freshPhone, station, testApp, until, type TestApp } from '../support/app.ts'
import { seedCallback } from '../support/cases.ts'
import { testExchange, type Exchange } from '../support/exchange.ts'

const exchange = await testExchange()

describe.skipIf(exchange === null)('recordings', () => {
  const x = exchange as Exchange
  let t: TestApp
  let folder: string
  let agent: string
  let supervisor: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'huifang-recordings-'))
    t = await testApp({
      environment: { ...x.environment, HUIFANG_RECORDINGS_DIR: folder },
      policy: (policy) => {
        policy.telephony.noticeMedia = 'sound:beep'
        Object.assign(policy.telephony.recording, { 户政: 'on', 车管: 'ask', 驾证: 'off' })
        policy.callback.undoSeconds = 60
      },
    })
    await t.work()
    agent = await t.staffKey('agent')
    supervisor = await t.staffKey('supervisor')
    await t.call('PUT', '/api/v1/telephony/phone', agent, { extension: '1001' })
  })
  afterAll(async () => {
    await t.close()
    await x.close()
    await rm(folder, { recursive: true })
  })

  const latest = async (id: string): Promise<CallView> =>
    (await t.call('GET', `/api/v1/callbacks/${id}/calls`, agent)).body.calls[0]
  const until_ = (id: string, what: string, is: (call: CallView) => boolean) =>
    until(what, async () => {
      const call = await latest(id)
      return is(call) ? call : null
    })
  async function talk(business: string): Promise<string> {
    const id = await seedCallback(t.app, { phone: freshPhone(), business })
    await t.call('POST', `/api/v1/callbacks/${id}/claim`, agent, {})
    await until(
      'the call is taken',
      async () => (await t.call('POST', `/api/v1/callbacks/${id}/call`, agent, {})).status === 202,
    )
    await until_(id, 'they talk', ({ state }) => state === 'talking')
    return id
  }
  const hangUp = async (id: string) => {
    await t.call('POST', `/api/v1/callbacks/${id}/hang-up`, agent, {})
    return until_(id, 'the call ends', ({ state }) => state === 'ended')
  }
  const listen = async (id: string, callId: string, key: string) => {
    const response = await fetch(`${t.url}/api/v1/callbacks/${id}/calls/${callId}/recording`, {
      headers: { authorization: `Bearer ${key}` },
    })
    return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()) }
  }
  const files = async () =>
    (await readdir(folder, { recursive: true })).filter((name) => name.includes('.wav'))

  test('after the notice both voices are recorded, kept sealed in our own storage, and the exchange has forgotten them', async () => {
    for (const [kind, subject] of [
      ['telephony.notice', 'recording'],
      ['telephony.recordings', 'fetch'],
    ] as const) {
      await raiseAlarm(t.app, t.app.db, { kind, subject, message: 'test' })
    }
    const id = await talk('户政')
    await until_(id, 'it is recorded', ({ recording }) => recording === 'running')
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    await hangUp(id)
    const call = await until_(id, 'it is stored', ({ recording }) => recording === 'stored')
    // What was told of is over.
    await until('no alarm stands', async () => (await standingAlarms(t.app)).length === 0)
    const { status, bytes } = await listen(id, call.id, supervisor)
    expect([status, bytes.subarray(0, 4).toString()]).toEqual([200, 'RIFF'])
    // The agent's phone plays 1,000 Hz and the citizen's 400; nobody plays 700.
    const [agents, citizens, nobodys] = [1_000, 400, 700].map((hertz) => loudness(bytes, hertz))
    expect(Math.min(agents!, citizens!)).toBeGreaterThan(20 * nobodys!)
    const [file] = await files()
    expect((await readFile(join(folder, file!))).includes('RIFF')).toBe(false)
    const left = await fetch(`${x.url}/ari/recordings/stored`, {
      headers: { authorization: `Basic ${Buffer.from('huifang:sandbox').toString('base64')}` },
    })
    expect(await left.json()).toEqual([])
  })

  test('who made the call and the supervisors may listen, others may not; each listening is on record', async () => {
    const call = await t.app.db
      .selectFrom('call')
      .select(['id', 'callbackId'])
      .where('recording', '=', 'stored')
      .executeTakeFirstOrThrow()
    const heard = async () =>
      (
        await t.app.db
          .selectFrom('audit')
          .select('id')
          .where('action', '=', 'recording.listen')
          .execute()
      ).length
    const before = await heard()
    expect((await listen(call.callbackId, call.id, agent)).status).toBe(200)
    expect((await listen(call.callbackId, call.id, await t.staffKey('agent'))).status).toBe(403)
    const rated = await t.staffKey('supervisor', station)
    expect((await listen(call.callbackId, call.id, rated)).status).toBe(404)
    expect((await heard()) - before).toBe(1)
  })

  test('where the citizen has to agree, nothing is recorded before the agent says so', async () => {
    const id = await talk('车管')
    expect((await latest(id)).recording).toBe('none')
    expect((await t.call('POST', `/api/v1/callbacks/${id}/record`, agent, {})).status).toBe(200)
    await until_(id, 'it is recorded', ({ recording }) => recording === 'running')
    await hangUp(id)
    await until_(id, 'it is stored', ({ recording }) => recording === 'stored')
  })

  test('where calls are not recorded nobody can record them', async () => {
    const id = await talk('驾证')
    expect((await t.call('POST', `/api/v1/callbacks/${id}/record`, agent, {})).status).toBe(404)
    expect((await hangUp(id)).recording).toBe('none')
  })

  test('a recording whose time is over is deleted, and so is that of a citizen of whom nothing else is kept', async () => {
    expect((await files()).length).toBe(2)
    const kept: number[] = []
    const erase = (olderThan: Date) =>
      eraseRecordings(t.app, olderThan, async (_, rows) => void kept.push(rows))
    await erase(dateAt(0))
    expect((await files()).length).toBe(2)
    const { caseId } = await t.app.db
      .selectFrom('call')
      .select('caseId')
      .where('recording', '=', 'stored')
      .executeTakeFirstOrThrow()
    await t.app.db
      .updateTable('transaction')
      .set({ phoneSealed: null, phoneHash: null })
      .where('id', '=', caseId)
      .execute()
    await erase(dateAt(0))
    expect((await files()).length).toBe(1)
    await erase(t.app.clock.now())
    expect([await files(), kept]).toEqual([[], [1, 1]])
  })

  test('a notice that cannot be played leaves the call unrecorded', async () => {
    const missing = await testApp({
      environment: {
        ...x.environment,
        HUIFANG_ASTERISK_APPLICATION: 'other',
        HUIFANG_RECORDINGS_DIR: folder,
      },
      policy: (policy) => {
        policy.telephony.noticeMedia = 'sound:there-is-none'
        policy.telephony.recording.户政 = 'on'
      },
    })
    try {
      const stop = await missing.work()
      const key = await missing.staffKey('agent')
      await missing.call('PUT', '/api/v1/telephony/phone', key, { extension: '1002' })
      const id = await seedCallback(missing.app, { phone: freshPhone() })
      await missing.call('POST', `/api/v1/callbacks/${id}/claim`, key, {})
      await until(
        'the call is taken',
        async () =>
          (await missing.call('POST', `/api/v1/callbacks/${id}/call`, key, {})).status === 202,
      )
      const latestCall = async () =>
        (await missing.call('GET', `/api/v1/callbacks/${id}/calls`, key)).body.calls[0] as CallView
      await until('the notice has failed', async () => (await latestCall()).recording === 'failed')
      expect((await latestCall()).state).toBe('talking')
      const alarms = await missing.app.db.selectFrom('alarm').select('kind').execute()
      expect(alarms).toContainEqual({ kind: 'telephony.notice' })
      await missing.call('POST', `/api/v1/callbacks/${id}/hang-up`, key, {})
      await stop()
    } finally {
      await missing.close()
    }
  })
})

/** How loud a tone is in 16-bit samples of 8 kHz behind a header of 44 bytes (Goertzel's algorithm). */
function loudness(wav: Buffer, hertz: number): number {
  const samples = Math.floor((wav.length - 44) / 2)
  const turn = 2 * Math.cos((2 * Math.PI * hertz) / 8_000)
  let before = 0
  let now = 0
  for (let index = 0; index < samples; index++) {
    const next = wav.readInt16LE(44 + index * 2) + turn * now - before
    before = now
    now = next
  }
  return Math.sqrt(now * now + before * before - turn * now * before) / samples
}
