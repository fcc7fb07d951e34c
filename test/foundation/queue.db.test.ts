import { Redis } from 'ioredis'
import { afterEach, describe, expect, inject, test } from 'vitest'
import { openLog } from '../../src/foundation/log.ts'
import { openQueues, type QueueDefinition, type Queues } from '../../src/foundation/queue.ts'
import { idMaker } from '../../src/foundation/ids.ts'
import { systemClock } from '../../src/foundation/clock.ts'
import { AppError } from '../../src/foundation/errors.ts'
import { until } from '../support/app.ts'
import { freshDatabase } from '../support/postgres.ts'
import { testRedis } from '../support/redis.ts'

const definitions: readonly QueueDefinition<'one' | 'two'>[] = [
  { name: 'one', concurrency: 2, attempts: 2, backoffMs: 1 },
  { name: 'two', concurrency: 1, attempts: 1, backoffMs: 1 },
]
const newId = idMaker(systemClock)
const log = openLog('silent')
const undo: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

async function open(backend: string): Promise<Queues<'one' | 'two'>> {
  const database = await freshDatabase()
  undo.push(() => database.drop())
  const redis = backend === 'redis' ? testRedis() : null
  if (redis) undo.push(() => redis.clear())
  const settings = {
    databaseUrl: database.url,
    redisUrl: redis?.url,
    prefix: redis?.prefix.slice(1, -1) ?? 'test',
  }
  const queues = await openQueues(definitions, settings, log)
  undo.push(() => queues.close(2_000))
  return queues
}

// The global set-up says loudly when there is no Redis to test with.
const backends = inject('redisUrl') === null ? ['postgres'] : ['postgres', 'redis']

describe.each(backends)('queues on %s', (backend) => {
  test('rows are handed over in batches of at most 100', async () => {
    const queues = await open(backend)
    const batches: string[][] = []
    await queues.work({ one: async (ids) => void batches.push(ids), two: async () => {} })
    const ids = Array.from({ length: 250 }, () => newId())
    await queues.wake('one', ids)
    await until('all', async () => batches.flat().length === 250)
    expect(batches.map((batch) => batch.length).sort((a, b) => b - a)).toEqual([100, 100, 50])
    expect(new Set(batches.flat())).toEqual(new Set(ids))
  })

  test('a queue without a handler stops the start', async () => {
    const queues = await open(backend)
    await expect(queues.work({ one: async () => {} })).rejects.toThrow('no handler for queue two')
  })

  test('a job that fails too often is kept as dead with a code and no foreign words, and can be redriven', async () => {
    const queues = await open(backend)
    let broken = true
    const seen: string[] = []
    await queues.work({
      one: async ([id]) => {
        if (broken) throw new Error('phone 13812345678 at https://x/?PhoneNumbers=13812345678')
        seen.push(id!)
      },
      two: async () => {
        throw new AppError('sms.query_failed')
      },
    })
    const id = newId()
    await queues.wake('one', [id])
    await queues.wake('two', [newId()])
    const dead = await until('dead', async () => {
      const jobs = await queues.dead()
      return jobs.length === 2 && jobs
    })
    expect(dead.map(({ queue, reason }) => [queue, reason])).toEqual([
      ['one', 'server.fault'],
      ['two', 'sms.query_failed'],
    ])
    broken = false
    expect(await queues.redrive('one')).toBe(1)
    await until('again', async () => seen.includes(id))
    await until('only the other is dead', async () =>
      (await queues.dead()).every(({ queue }) => queue === 'two'),
    )
  })
})

describe.each(backends)('dead jobs on %s', (backend) => {
  test('are all put back when no queue is named, and are dead again when nothing was mended', async () => {
    const queues = await open(backend)
    let tries = 0
    const fail = async () => {
      tries++
      throw new AppError('sms.query_failed')
    }
    await queues.work({ one: fail, two: fail })
    await queues.wake('one', [newId()])
    await queues.wake('two', [newId()])
    const dead = () => until('dead', async () => (await queues.dead()).length === 2)
    await dead()
    const before = tries
    expect(await queues.redrive()).toBe(2)
    await until('tried again', async () => tries >= before + 2)
    await dead()
  })

  test('of a queue that does not exist are a refusal, not nothing', async () => {
    const queues = await open(backend)
    await expect(queues.redrive('three')).rejects.toMatchObject({ code: 'record.not_found' })
    expect(await queues.redrive('one')).toBe(0)
  })
})

test.runIf(backends.includes('redis'))('a Redis that may evict keys stops the start', async () => {
  const redis = testRedis()!
  const admin = new Redis(redis.url)
  const [, before] = await admin.config('GET', 'maxmemory-policy')
  await admin.config('SET', 'maxmemory-policy', 'allkeys-lru')
  try {
    const settings = { databaseUrl: 'postgres://unused', redisUrl: redis.url, prefix: 'x' }
    await expect(openQueues(definitions, settings, log)).rejects.toMatchObject({
      code: 'queue.evicts',
    })
  } finally {
    await admin.config('SET', 'maxmemory-policy', before!)
    admin.disconnect()
  }
})
