import {
  createPostgresBackend,
  Queue,
  Worker,
  type Job,
  type JobsOptions,
  type PgPool,
} from 'bullmq'
import { Redis } from 'ioredis'
import { queuePool } from './database.ts'
import { AppError } from './errors.ts'

/** Where jobs are kept: Redis, or PostgreSQL. */
export interface QueueBackend {
  queue(name: string, jobOptions: JobsOptions): Queue
  worker(name: string, concurrency: number, run: (job: Job) => Promise<void>): Worker
  close(): Promise<void>
}

// A rollout that kills workers twice must not bury a job: stalls are repaired thrice.
// They are run once their connection stands: one that cannot connect at its start spins and starves the process.
const workerOptions = { autorun: false, maxStalledCount: 3, stalledInterval: 15_000, drainDelay: 5 }

/** `mostWorkers`: each keeps one connection to be told of jobs, and leaves one to ask with. */
export function postgresBackend(url: string, mostWorkers: number): QueueBackend {
  // They are ours, since those that BullMQ makes bring the process down when the server cuts one that nobody is
  // asking anything. Two for all queues: a process must not take dozens of the hundred that a server usually has.
  const pools = {
    producer: queuePool(url, { max: 4 }),
    consumer: queuePool(url, { max: mostWorkers * 2 }),
  }
  const open = Object.values(pools)
  // Every queue and every worker listens to the pool that it shares.
  for (const pool of open) pool.setMaxListeners(0)
  return {
    queue: (name, defaultJobOptions) =>
      new Queue(
        name,
        { connection: pools.producer as unknown as PgPool, defaultJobOptions },
        createPostgresBackend,
      ) as unknown as Queue,
    worker: (name, concurrency, run) =>
      new Worker(
        name,
        run,
        { connection: pools.consumer as unknown as PgPool, concurrency, ...workerOptions },
        createPostgresBackend,
      ) as unknown as Worker,
    close: async () => {
      // A second close has nothing left to end.
      await Promise.all(open.splice(0).map((pool) => pool.end()))
    },
  }
}

export async function redisBackend(url: string, name: string): Promise<QueueBackend> {
  await refuseEviction(url)
  // The hash tag keeps all keys of a queue on one node of a Redis Cluster.
  const prefix = `{${name}}`
  // A producer fails at once when Redis is away: the wake-up is dispensable. A worker waits for ever.
  const producer = new Redis(url, {
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    lazyConnect: true,
  })
  const consumer = new Redis(url, { maxRetriesPerRequest: null })
  for (const connection of [producer, consumer]) connection.on('error', () => {})
  await producer.connect()
  return {
    queue: (queueName, defaultJobOptions) =>
      new Queue(queueName, { connection: producer, prefix, defaultJobOptions }),
    worker: (queueName, concurrency, run) =>
      new Worker(queueName, run, { connection: consumer, prefix, concurrency, ...workerOptions }),
    close: async () => {
      producer.disconnect()
      consumer.disconnect()
    },
  }
}

async function refuseEviction(url: string): Promise<void> {
  const probe = new Redis(url, {
    maxRetriesPerRequest: 1,
    lazyConnect: true,
    retryStrategy: () => null,
  })
  probe.on('error', () => {})
  try {
    await probe.connect()
    const info = await probe.info('memory')
    const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1]
    if (policy !== 'noeviction') throw new AppError('queue.evicts')
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('queue.unavailable')
  } finally {
    probe.disconnect()
  }
}
