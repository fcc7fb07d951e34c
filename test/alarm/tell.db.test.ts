import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { clearAlarm, raiseAlarm } from '../../src/alarm/alarm.ts'
import { tellAlarms } from '../../src/alarm/tell.ts'
import { testApp, until, type TestApp } from '../support/app.ts'

let t: TestApp
beforeAll(async () => {
  t = await testApp()
})
afterAll(async () => t.close())

const undo: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
  await t.app.db.deleteFrom('alarm').execute()
})

/** A receiver over HTTP: what it heard, and the status that it answers. */
async function receiver(port = 0) {
  const heard: Record<string, string>[] = []
  const answer = { status: 200 }
  const hear = async (request: IncomingMessage, response: ServerResponse) => {
    heard.push((await json(request)) as Record<string, string>)
    response.writeHead(answer.status).end('noted')
  }
  const server = createServer((request, response) => void hear(request, response))
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const used = (server.address() as AddressInfo).port
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { heard, answer, stop, port: used, url: `http://127.0.0.1:${used}/alarms` }
}

const raise = (subject: string) =>
  raiseAlarm(t.app, t.app.db, { kind: 'test', subject, message: `请检查 ${subject}` })

test('a new alarm is posted once, with what the person on duty needs', async () => {
  const hook = await receiver()
  undo.push(hook.stop)
  await raise('a')
  for (let round = 0; round < 3; round++) await tellAlarms(t.app, hook.url, 0)
  expect(hook.heard).toEqual([
    { kind: 'test', subject: 'a', message: '请检查 a', raisedAt: expect.any(String) as string },
  ])
})

test('several processes at once tell an alarm once', async () => {
  const hook = await receiver()
  undo.push(hook.stop)
  await raise('a')
  await Promise.all(Array.from({ length: 4 }, () => tellAlarms(t.app, hook.url, 0)))
  expect(hook.heard).toHaveLength(1)
})

test('what a receiver refuses is told again until it takes it; what is over by then is not', async () => {
  const hook = await receiver()
  undo.push(hook.stop)
  hook.answer.status = 503
  await raise('a')
  await raise('b')
  await tellAlarms(t.app, hook.url, 0)
  await clearAlarm(t.app.db, 'test', 'b')
  hook.answer.status = 204
  hook.heard.length = 0
  await tellAlarms(t.app, hook.url, 0)
  await tellAlarms(t.app, hook.url, 0)
  expect(hook.heard.map(({ subject }) => subject)).toEqual(['a'])
})

test('a receiver that is down when the alarm comes is told once when it is up, by workers that ran on', async () => {
  const gone = await receiver()
  await gone.stop()
  const worker = await testApp({ environment: { HUIFANG_ALARM_WEBHOOK_URL: gone.url } })
  undo.push(() => worker.close())
  await worker.work()
  await raiseAlarm(worker.app, worker.app.db, { kind: 'test', subject: 'a', message: '请检查' })
  await until('a round in vain', async () =>
    worker.logged.some((line) => line.includes('ECONNREFUSED')),
  )
  const hook = await receiver(gone.port)
  undo.push(hook.stop)
  await until('told', async () => hook.heard.length > 0)
  const toldAt = async () =>
    (await worker.app.db.selectFrom('alarm').select('toldAt').executeTakeFirst())?.toldAt
  await until('noted', toldAt)
  await tellAlarms(worker.app, hook.url, 0)
  expect(hook.heard.map(({ subject }) => subject)).toEqual(['a'])
})
