import { createServer } from 'node:http'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { climbLadder, type LadderDeps } from '../../src/alarm/ladder.ts'
import { noteDutyReceipts } from '../../src/alarm/ladder-state.ts'
import { tellAlarms } from '../../src/alarm/tell.ts'
import { sendDutyText } from '../../src/sms/duty-text.ts'
import { testApp, until, type TestApp } from '../support/app.ts'
import { ask, reply } from '../evaluation/support.ts'

const onDuty = ['13700000001', '13700000002']
const times = { textAfterSeconds: 120, textAgainSeconds: 300, textsAtMost: 3 }
let t: TestApp
afterEach(async () => t.close())

const ladder = (app = t.app): LadderDeps => ({
  ...app,
  recipients: onDuty.length,
  textDuty: (text) => sendDutyText(app, onDuty, text),
})
const climb = () => climbLadder(ladder(), times)
const texted = () => t.gateway.ledger().filter(({ phone }) => onDuty.includes(phone))
const rungs = () =>
  t.app.db
    .selectFrom('alarmRung')
    .select(['rung', 'recipient', 'state', 'code'])
    .orderBy('rung')
    .orderBy('recipient')
    .execute()

/** An urgent reply comes in; returns its id. */
async function ring(): Promise<string> {
  const { phone } = await ask(t)
  await reply(t, { phone, text: '他拿刀来了，救命' })
  const { replyId } = await t.app.db
    .selectFrom('duty')
    .select('replyId')
    .where('state', '=', 'ringing')
    .executeTakeFirstOrThrow()
  return replyId
}

/** Lets time pass for everything on the ladder, by the database's clock. */
async function pass(seconds: number): Promise<void> {
  const back = sql`make_interval(secs => ${seconds})`
  await sql`UPDATE alarm SET raised_at = raised_at - ${back}`.execute(t.app.db)
  await sql`UPDATE alarm_rung SET climbed_at = climbed_at - ${back}`.execute(t.app.db)
}

describe('texts to the phones on duty', () => {
  beforeEach(async () => {
    t = await testApp()
  })

  test('climb rung by rung while nobody takes the reply, and no further than the policy says', async () => {
    await ring()
    await climb()
    expect(texted()).toEqual([])
    await pass(60)
    await climb()
    expect(texted()).toEqual([])
    for (const rung of [1, 2, 3]) {
      await pass(rung === 1 ? 60 : 300)
      await climb()
      await climb()
      expect(texted()).toHaveLength(rung * onDuty.length)
    }
    await pass(3_000)
    await climb()
    expect(texted().map(({ params, phone }) => `${params['count']} ${phone}`)).toEqual(
      expect.arrayContaining([1, 2, 3].flatMap((rung) => onDuty.map((each) => `${rung} ${each}`))),
    )
    expect(texted()).toHaveLength(3 * onDuty.length)
    expect(t.gateway.state().repeated).toBe(0)
  })

  test('stop once somebody has taken it', async () => {
    const replyId = await ring()
    await pass(120)
    await climb()
    expect(texted()).toHaveLength(2)
    const agent = await t.staffKey('agent')
    expect((await t.call('POST', `/api/v1/duty/${replyId}/take`, agent)).status).toBeLessThan(300)
    await pass(3_000)
    await climb()
    expect(texted()).toHaveLength(2)
  })

  test('are shown at the desk with when they went and what became of them', async () => {
    await ring()
    const agent = await t.staffKey('agent')
    const shown = async () => {
      const { body } = await t.call('GET', '/api/v1/duty?limit=10', agent)
      return body.ringing[0].ladder
    }
    expect(await shown()).toEqual({ toldAt: null, rungs: [] })
    await pass(120)
    await climb()
    expect((await shown()).rungs).toMatchObject([{ phones: 2, failed: 0 }])
    const ids = await t.app.db.selectFrom('alarmRung').select('id').orderBy('recipient').execute()
    const stop = await t.work()
    await until('the receipts', async () => (await shown()).rungs[0].delivered === 2)
    await stop()
    // The carrier's first last word counts.
    const late = [{ textId: ids[0]!.id, delivered: false, final: true }]
    expect([...(await noteDutyReceipts(t.app, t.app.db, late))]).toEqual([ids[0]!.id])
    expect((await shown()).rungs).toMatchObject([{ phones: 2, delivered: 2, failed: 0 }])
  })

  test('that reach no phone raise an alarm of their own', async () => {
    await ring()
    await pass(120)
    await climb()
    const { id } = await t.app.db.selectFrom('alarmRung').select('id').executeTakeFirstOrThrow()
    await noteDutyReceipts(t.app, t.app.db, [{ textId: id, delivered: false, final: true }])
    const standing = (await t.call('GET', '/api/v1/alarms', await t.staffKey('supervisor'))).body
    expect(standing.alarms).toContainEqual(
      expect.objectContaining({ kind: 'duty.text', subject: 'undelivered' }),
    )
  })

  test('go out once each, however many processes climb at once', async () => {
    await ring()
    for (const rung of [1, 2, 3]) {
      await pass(300)
      await Promise.all([climb(), climb(), climb(), climb()])
      expect(texted()).toHaveLength(rung * onDuty.length)
    }
  })

  test('are not sent again when nobody knows what became of them; the next rung is its own text', async () => {
    await ring()
    t.gateway.setFaults({ calls: [{ what: 'cut', accept: true, actions: ['SendBatchSms'] }] })
    await pass(120)
    await climb()
    t.gateway.setFaults({})
    await climb()
    expect((await rungs()).map(({ state }) => state)).toEqual(['unknown', 'unknown'])
    expect(texted()).toHaveLength(2)
    await pass(300)
    await climb()
    expect(texted()).toHaveLength(4)
    expect(t.gateway.state().repeated).toBe(0)
  })

  test('of one whose process died after the intent stay unsent', async () => {
    await ring()
    await pass(120)
    const dying = climbLadder(
      { ...ladder(), textDuty: () => Promise.reject(new Error('killed')) },
      times,
    )
    await expect(dying).rejects.toThrow('killed')
    await climb()
    expect(texted()).toEqual([])
    expect(new Set((await rungs()).map(({ state }) => state))).toEqual(new Set(['submitting']))
  })

  test('that are refused raise an alarm of their own, which the next accepted one clears', async () => {
    await ring()
    const standing = async () =>
      (await t.app.db.selectFrom('alarm').select('kind').where('clearedAt', 'is', null).execute())
        .map(({ kind }) => kind)
        .sort()
    t.gateway.setFaults({ calls: [{ what: 'refuse', code: 'isv.AMOUNT_NOT_ENOUGH' }] })
    await pass(120)
    await climb()
    expect(await rungs()).toMatchObject([
      { state: 'rejected', code: 'isv.AMOUNT_NOT_ENOUGH' },
      { state: 'rejected' },
    ])
    expect(await standing()).toEqual(['duty.text', 'reply.urgent'])
    t.gateway.setFaults({})
    await pass(300)
    await climb()
    expect(await standing()).toEqual(['reply.urgent'])
  })

  test('name no citizen, and the phones on duty stand in no log', async () => {
    await ring()
    await pass(120)
    await climb()
    for (const { params } of texted()) {
      expect(Object.keys(params).sort()).toEqual(['count', 'minutes', 'ref'])
      expect(params['ref']).toMatch(/^[0-9a-f]{6}$/)
    }
    expect(t.logged.join('')).not.toMatch(/1370000000/)
  })
})

test('two `work` processes climb each rung once between them, webhook and texts', async () => {
  const posted: { kind: string }[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (part: Buffer) => (body += part.toString()))
    request.on('end', () => {
      posted.push(JSON.parse(body) as { kind: string })
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const webhook = `http://127.0.0.1:${port}/`
  t = await testApp({
    environment: {
      HUIFANG_DUTY_PHONES: onDuty.join(','),
      HUIFANG_ALARM_WEBHOOK_URL: webhook,
    },
    policy: (policy) => {
      policy.alarm = {
        webhookAfterSeconds: 0,
        textAfterSeconds: 0,
        textAgainSeconds: 0,
        textsAtMost: 2,
      }
    },
  })
  await ring()
  await tellAlarms(t.app, webhook, 60)
  expect(posted).toEqual([])
  await Promise.all([t.work(), t.work()])
  await until(
    'rungs',
    async () => (await rungs()).every(({ state }) => state === 'accepted') && texted().length >= 4,
  )
  await until('webhook', async () => posted.length > 0)
  await Promise.all([tellAlarms(t.app, webhook, 0), climb()])
  expect(texted()).toHaveLength(4)
  expect(posted.map(({ kind }) => kind)).toEqual(['reply.urgent'])
  server.close()
})
