import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { systemClock } from '../../src/foundation/clock.ts'
import { idMaker } from '../../src/foundation/ids.ts'
import { openLog } from '../../src/foundation/log.ts'
import { openQueues, type Queues } from '../../src/foundation/queue.ts'
import { queueDefinitions, type QueueName } from '../../workers/index.ts'
import { testApp, until, type TestApp } from '../support/app.ts'
import { huifang } from '../support/command.ts'

// Each starts processes of its own, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

let t: TestApp
let queues: Queues<QueueName>
beforeAll(async () => {
  t = await testApp()
  const once = queueDefinitions.map((definition) => ({ ...definition, attempts: 1 }))
  const settings = { databaseUrl: t.ownerUrl, redisUrl: undefined, prefix: 'huifang' }
  queues = await openQueues(once, settings, openLog('silent'))
})
afterAll(async () => {
  await queues.close(2_000)
  await t.close()
})

test('huifang queue dead names what failed and why; queue redrive puts it back to the workers', async () => {
  const seen: string[] = []
  let broken = true
  await queues.work(
    {
      receipts: async (ids) => {
        if (broken) throw new Error('foreign text of 13812345678')
        seen.push(...ids)
      },
    },
    ['receipts'],
  )
  const id = idMaker(systemClock)()
  await queues.wake('receipts', [id])
  await until('dead', async () => (await queues.dead()).length === 1)

  const dead = await huifang(['queue', 'dead'], t.environment)
  expect(dead).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse(dead.stdout)).toMatchObject({
    queue: 'receipts',
    ids: [id],
    reason: 'server.fault',
  })

  broken = false
  const elsewhere = await huifang(['queue', 'redrive', 'replies'], t.environment)
  expect(elsewhere.stdout).toBe('0 jobs put back\n')
  const redriven = await huifang(['queue', 'redrive', 'receipts'], t.environment)
  expect(redriven).toMatchObject({ code: 0, stdout: '1 jobs put back\n' })
  await until('done', async () => seen.includes(id))
  expect((await huifang(['queue', 'dead'], t.environment)).stdout).toBe('')
})

test('huifang queue redrive refuses a queue that does not exist', async () => {
  const { code, stderr } = await huifang(['queue', 'redrive', 'recipts'], t.environment)
  expect(code).toBe(1)
  expect(stderr).toBe('huifang: record.not_found: 没有找到队列 recipts\n')
})
