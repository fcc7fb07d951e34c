import { afterEach, beforeEach, expect, test } from 'vitest'
import { mnsQueue, type PullQueue } from '../../src/sms/mns.ts'
import { pullQueues } from '../../src/sms/pull-queues.ts'
import { pullOnce, startPulling, type PullDeps } from '../../src/sms/pull.ts'
import { freshPhone, row, testApp, until, type TestApp } from '../support/app.ts'

const queues = { smsUp: 'Alicom-Queue-1-SmsUp', smsReport: 'Alicom-Queue-1-SmsReport' }

let t: TestApp
beforeEach(async () => {
  t = await testApp({ gateway: { queues, queueVisibilityMs: 300 } })
})
afterEach(async () => t.close())

/** Nothing is pushed: what comes, comes through the queues. */
const pushNothing = () => t.gateway.setCallbacks({ smsUp: null, smsReport: null })
const ups = () => pullQueues(t.app.config, t.app.clock)[0]!.queue
const deps = (change: Partial<PullDeps> = {}): PullDeps => ({
  ...t.app,
  pushed: () => {},
  ...change,
})
const replies = () => t.app.db.selectFrom('reply').select(['caseId', 'rating']).execute()
const pushes = () =>
  t.app.db.selectFrom('inbound').select('id').where('channel', '=', 'sms_up').execute()

async function ask(count: number): Promise<string[]> {
  const phones = Array.from({ length: count }, freshPhone)
  const rows = phones.map((phone) => row(phone, { citizen: { phone } }))
  await t.call('POST', '/api/v1/transactions', t.sourceKey, rows)
  await until('asked', async () => t.gateway.ledger().length === count)
  return phones
}

test('receipts and replies that are pulled go the same way as those that are pushed', async () => {
  pushNothing()
  await t.work()
  const phones = await ask(20)
  for (const phone of phones) t.gateway.reply({ phone, text: '1' })
  await until('all rated', async () => (await replies()).length === 20)
  await until('all delivered', async () => {
    const delivered = await t.app.db
      .selectFrom('message')
      .select('id')
      .where('purpose', '=', 'ask')
      .where('delivery', '=', 'delivered')
      .execute()
    return delivered.length === 20
  })
  expect(new Set((await replies()).map(({ caseId }) => caseId)).size).toBe(20)
})

test('pushed and pulled at once: every reply counts once', async () => {
  await t.work()
  const phones = await ask(10)
  for (const phone of phones) t.gateway.reply({ phone, text: '不满意' })
  await t.gateway.idle()
  await until('all understood', async () => {
    const raw = await t.app.db
      .selectFrom('inbound')
      .select('id')
      .where('state', '=', 'raw')
      .execute()
    return raw.length === 0
  })
  expect((await pushes()).length).toBeGreaterThan(1)
  expect(await replies()).toHaveLength(10)
  expect(await t.app.db.selectFrom('callback').select('id').execute()).toHaveLength(10)
})

test('killed between the commit and the deletion: it comes again and counts once', async () => {
  pushNothing()
  replyComes()
  const queue = ups()
  const dying: PullQueue = { ...queue, remove: () => Promise.reject(new Error('killed')) }
  await expect(pullSome(deps(), dying)).rejects.toThrow('killed')
  expect(await pushes()).toHaveLength(1)
  await pullSome(deps(), queue)
  expect(await pushes()).toHaveLength(2)
  await t.work()
  await until('understood', async () => (await replies()).length === 1)
  await t.gateway.idle()
  expect(await replies()).toHaveLength(1)
})

test('a deletion that was answered and not done: it comes again and counts once', async () => {
  pushNothing()
  t.gateway.setFaults({ pushes: { loseDeletes: 1 } })
  replyComes()
  await pullSome(deps(), ups())
  t.gateway.setFaults({})
  await pullSome(deps(), ups())
  expect(await pushes()).toHaveLength(2)
  await t.gateway.idle()
  await t.work()
  await until('understood', async () => (await replies()).length === 1)
})

test('what could not be stored is not deleted', async () => {
  pushNothing()
  replyComes()
  const full = () => {
    throw new Error('disk full')
  }
  await expect(pullSome(deps({ newId: full }), ups())).rejects.toThrow('disk full')
  expect(await pushes()).toHaveLength(0)
  await pullSome(deps(), ups())
  expect(await pushes()).toHaveLength(1)
})

test('two processes side by side see each message once', async () => {
  pushNothing()
  const stored: string[] = []
  const pushed: PullDeps['pushed'] = (_channel, _id, body) => {
    stored.push(
      ...(JSON.parse(body) as { phone_number: string }[]).map((item) => item.phone_number),
    )
  }
  const phones = Array.from({ length: 60 }, freshPhone)
  for (const phone of phones) t.gateway.reply({ phone, text: '1' })
  const pullers = [1, 2].map(() => startPulling(deps({ pushed }), 'sms_up', ups()))
  await t.gateway.idle()
  await until('all stored', async () => stored.length >= 60)
  await Promise.all(pullers.map((puller) => puller.stop()))
  expect(stored.toSorted()).toEqual(phones.toSorted())
})

test('a message that is no JSON is kept by itself and spoils no other', async () => {
  const removed: string[] = []
  const bodies = [
    '{"phone_number":"13800000001","content":"1"}',
    '{broken',
    '{"phone_number":"13800000002","content":"2"}',
  ]
  const queue: PullQueue = {
    receive: () => Promise.resolve(bodies.map((body, n) => ({ body, handle: `h${n}` }))),
    remove: async (handles) => void removed.push(...handles),
  }
  await pullOnce(deps(), 'sms_up', queue, 0)
  expect(removed).toEqual(['h0', 'h1', 'h2'])
  await t.work()
  const states = async () =>
    (await t.app.db.selectFrom('inbound').select('state').execute())
      .map(({ state }) => state)
      .toSorted()
  await until('looked at', async () => !(await states()).includes('raw'))
  expect(await states()).toEqual(['understood', 'unreadable'])
  expect(await replies()).toHaveLength(2)
})

test('a queue out of reach is tried again, calls somebody in the end, and goes on by itself', async () => {
  const token = {
    accessKeyId: 'k',
    accessKeySecret: 's',
    endpoint: '127.0.0.1:9',
    protocol: 'http',
    callTimeoutMs: 500,
  } as const
  const queue = mnsQueue(
    { token, channel: 'sms_up', queue: 'q', endpoint: 'http://127.0.0.1:9' },
    t.app.clock,
  )
  const alarms = () =>
    t.app.db
      .selectFrom('alarm')
      .select('message')
      .where('kind', '=', 'sms.pull')
      .where('clearedAt', 'is', null)
      .execute()
  let reachable = false
  const nothing = () => new Promise<[]>((resolve) => setTimeout(() => resolve([]), 10))
  const mended: PullQueue = {
    ...queue,
    receive: (wait) => (reachable ? nothing() : queue.receive(wait)),
  }
  const puller = startPulling(deps(), 'sms_up', mended, 5)
  await until('an alarm', async () => (await alarms()).length === 1)
  expect((await alarms())[0]!.message).toContain('ECONNREFUSED')
  expect(t.logged.join('')).not.toContain('127.0.0.1:9')
  reachable = true
  await until('cleared', async () => (await alarms()).length === 0)
  await puller.stop()
})

/** One reply is on its way through the queue. */
function replyComes(): void {
  t.gateway.reply({ phone: freshPhone(), text: '1' })
}

async function pullSome(by: PullDeps, queue: PullQueue): Promise<void> {
  while ((await pullOnce(by, 'sms_up', queue, 1)) === 0);
}
