import { sql } from 'kysely'
import { afterEach, describe, expect, test } from 'vitest'
import { startRelay } from '../../src/foundation/relay.ts'
import { dueSources, queueHandlers } from '../../workers/index.ts'
import { testApp, until, type TestApp } from '../support/app.ts'
import { ask, pushBody, reply, storePush, surveyOf, triageOf } from './support.ts'

let t: TestApp
afterEach(async () => t.close())

const duties = () => t.app.db.selectFrom('duty').selectAll().execute()

describe('an urgent reply', () => {
  test('is on the duty list without any worker or queue', async () => {
    t = await testApp()
    const { id, phone } = await ask(t)
    t.app.queues.wake = () => Promise.reject(new Error('the queue is away'))
    const path = `/hooks/aliyun/${t.environment['HUIFANG_HOOK_TOKEN']}/sms-up`
    await t.call('POST', path, undefined, pushBody([{ phone, text: '3 他拿刀来了，救命' }]))
    await until('duty', async () => (await duties()).length === 1)
    expect(await duties()).toMatchObject([{ caseId: id, state: 'ringing' }])
    const alarms = await t.app.db.selectFrom('alarm').select('kind').execute()
    expect(alarms).toEqual([{ kind: 'reply.urgent' }])
  })

  test('is found by the sweep when the process that received it died before reading it', async () => {
    t = await testApp()
    const { phone } = await ask(t)
    await storePush(t, { phone, text: '救命' })
    const { due } = await t.app.db
      .selectFrom('inbound')
      .select(sql<number>`extract(epoch FROM look_at - now())::float`.as('due'))
      .where('channel', '=', 'sms_up')
      .executeTakeFirstOrThrow()
    expect(due).toBeLessThanOrEqual(5)
    await t.app.db
      .updateTable('inbound')
      .set({ lookAt: sql`now()` })
      .execute()
    const handlers = queueHandlers(t.app)
    const relay = startRelay(
      dueSources(t.app),
      {
        handOn: async (queue, batches) => {
          for (const ids of batches) await handlers[queue]([...ids])
        },
        waiting: async () => 0,
      },
      50,
      t.app.log,
    )
    await until('duty', async () => (await duties()).length === 1)
    await relay.stop()
  })

  test('is read as usual, and its rating counts after a person confirmed it', async () => {
    t = await testApp()
    const { id, phone } = await ask(t)
    await reply(t, { phone, text: '3，他又打我了，救命' })
    expect(await surveyOf(t, id)).toMatchObject({ firstRating: null, disposition: 'in_triage' })
    const [waiting] = await triageOf(t)
    expect(waiting).toMatchObject({ reason: 'urgent' })
    const [read] = await t.app.db.selectFrom('reply').select(['rating', 'urgent']).execute()
    expect(read).toEqual({ rating: 'dissatisfied', urgent: true })
    const agent = await t.staffKey('agent')
    await t.call('POST', `/api/v1/triage/${waiting!.replyId}`, agent, {
      kind: 'rating',
      rating: 'dissatisfied',
    })
    expect(await surveyOf(t, id)).toMatchObject({ firstRating: 'dissatisfied' })
  })

  test('that also opts out does both', async () => {
    t = await testApp()
    const { phone } = await ask(t)
    await reply(t, { phone, text: '救命，他要杀我' }, { phone, text: 'TD', second: 5 })
    expect(await duties()).toHaveLength(1)
    expect(await t.app.db.selectFrom('contactBlock').select('kind').execute()).toEqual([
      { kind: 'opt_out' },
    ])
  })
})
