import type { Job, Queue, Worker } from 'bullmq'
import { z } from 'zod'
import { dateAt } from './clock.ts'
import { AppError } from './errors.ts'
import type { Log } from './log.ts'
import { postgresBackend, redisBackend } from './queue-backend.ts'

/** What every job carries: which rows to look at. No personal data (law 1). */
const rowIds = z.object({ ids: z.array(z.uuid()).min(1).max(100) })

export interface QueueDefinition<Name extends string = string> {
  name: Name
  /** Jobs under way at once in one `work` process. */
  concurrency: number
  /** Tries before a job is dead; the rows stay due and the sweep finds them again. */
  attempts: number
  backoffMs: number
}

/** Does the due work of these rows. It may be called twice with the same ids and does each effect once. */
export type Handler = (ids: string[]) => Promise<void>

export interface DeadJob {
  queue: string
  id: string
  ids: string[]
  /** A code of the error catalogue. */
  reason: string
}

export interface Queues<Name extends string> {
  /** Wakes workers for these rows. Sent after the commit; it may be lost, for the rows themselves say what is due. */
  wake(queue: Name, ids: readonly string[]): Promise<void>
  /** The same for many at once: one job a batch of up to 100. */
  handOn(queue: Name, batches: readonly (readonly string[])[]): Promise<void>
  /** Jobs of a queue that no worker has taken up yet. */
  waiting(queue: Name): Promise<number>
  /** Starts the workers of these queues. Refuses to start when one of them has no handler. */
  work(handlers: Partial<Record<Name, Handler>>, only?: readonly Name[]): Promise<void>
  /** Jobs that waited or ran at this moment, per queue. */
  depth(): Promise<Record<string, number>>
  /** Since when the oldest job of each queue waits, by the clock of the machine that added it; null where none does. */
  waitingSince(): Promise<Record<string, Date | null>>
  dead(): Promise<DeadJob[]>
  /** Puts dead jobs back, of one queue or of all; returns how many. Throws `record.not_found` for an unknown queue. */
  redrive(queue?: string): Promise<number>
  /** Waits for jobs under way, at most `deadlineMs`; a job that is cut off is done again by another process. */
  close(deadlineMs: number): Promise<void>
}

export interface QueueSettings {
  databaseUrl: string
  redisUrl: string | undefined
  /** Keeps apart what shares one Redis; in PostgreSQL the database does that. */
  prefix: string
}

const chunkSize = 100
// In PostgreSQL adding in bulk makes temporary tables, which costs as much as adding a score of jobs one by one.
const fewJobs = 8

/** Opens the queues on Redis where there is one, else on BullMQ's PostgreSQL backend. */
export async function openQueues<Name extends string>(
  definitions: readonly QueueDefinition<Name>[],
  settings: QueueSettings,
  log: Log,
): Promise<Queues<Name>> {
  const backend = settings.redisUrl
    ? await redisBackend(settings.redisUrl, settings.prefix)
    : postgresBackend(settings.databaseUrl, definitions.length)
  const queues = new Map<string, Queue>()
  const workers: Worker[] = []

  const queueOf = (name: string): Queue => {
    const definition = definitions.find((candidate) => candidate.name === name)
    if (!definition) throw new AppError('record.not_found', { what: `队列 ${name}` })
    let queue = queues.get(name)
    if (!queue) {
      queue = backend.queue(name, {
        attempts: definition.attempts,
        backoff: { type: 'exponential', delay: definition.backoffMs },
        removeOnComplete: true,
        removeOnFail: { count: 10_000, age: 30 * 24 * 3600 },
        stackTraceLimit: 0,
      })
      queue.on('error', (error) => log.warn({ err: error, queue: name }, 'queue connection'))
      queues.set(name, queue)
    }
    return queue
  }

  const handOn = async (name: Name, batches: readonly (readonly string[])[]): Promise<void> => {
    const jobs = batches.map((ids) => ({ name: 'look', data: rowIds.parse({ ids }) }))
    if (jobs.length === 0) return
    try {
      const queue = queueOf(name)
      await answered(
        jobs.length <= fewJobs
          ? Promise.all(jobs.map((job) => queue.add(job.name, job.data)))
          : queue.addBulk(jobs),
      )
    } catch (error) {
      log.warn({ err: error, queue: name }, 'wake-up lost; the sweep repeats it')
    }
  }

  return {
    handOn,

    wake: (name, ids) =>
      handOn(
        name,
        Array.from({ length: Math.ceil(ids.length / chunkSize) }, (_, part) =>
          ids.slice(part * chunkSize, (part + 1) * chunkSize),
        ),
      ),

    async waiting(name) {
      try {
        return await answered(queueOf(name).getWaitingCount())
      } catch (error) {
        log.warn({ err: error, queue: name }, 'the queue does not say how much waits')
        return 0
      }
    },

    async work(handlers, only) {
      const wanted = definitions.filter(({ name }) => !only || only.includes(name))
      const orphans = wanted.filter(({ name }) => !handlers[name]).map(({ name }) => name)
      const unknown = (only ?? []).filter(
        (name) => !definitions.some((known) => known.name === name),
      )
      if (orphans.length > 0) throw new Error(`no handler for queue ${orphans.join(', ')}`)
      if (unknown.length > 0) throw new Error(`no such queue: ${unknown.join(', ')}`)
      for (const { name, concurrency } of wanted) {
        const handle = handlers[name]!
        const worker = backend.worker(name, concurrency, (job) => runJob(job, handle, log))
        worker.on('error', (error) => log.warn({ err: error, queue: name }, 'worker connection'))
        worker.on('failed', (job, error) =>
          log.warn({ queue: name, job: job?.id, code: error.message }, 'job failed'),
        )
        workers.push(worker)
      }
      await Promise.all(workers.map((worker) => worker.waitUntilReady()))
      for (const worker of workers) {
        worker.run().catch((error: unknown) => log.error({ err: error }, 'a worker has stopped'))
      }
    },

    async depth() {
      const counts = await Promise.all(
        definitions.map(async ({ name }) => {
          const {
            waiting = 0,
            active = 0,
            delayed = 0,
          } = await queueOf(name).getJobCounts('waiting', 'active', 'delayed')
          return [name, waiting + active + delayed] as const
        }),
      )
      return Object.fromEntries(counts)
    },

    async waitingSince() {
      const oldest = await Promise.all(
        definitions.map(async ({ name }) => {
          const [job] = await queueOf(name).getJobs(['waiting'], 0, 0, true)
          return [name, job ? dateAt(job.timestamp) : null] as const
        }),
      )
      return Object.fromEntries(oldest)
    },

    async dead() {
      const lists = await Promise.all(
        definitions.map(async ({ name }) =>
          (await queueOf(name).getFailed(0, 999)).map((job) => ({
            queue: name,
            id: job.id ?? '',
            ids: rowIds.safeParse(job.data).data?.ids ?? [],
            reason: job.failedReason,
          })),
        ),
      )
      return lists.flat()
    },

    async redrive(queue) {
      let count = 0
      for (const name of queue ? [queue] : definitions.map((each) => each.name)) {
        for (const job of await queueOf(name).getFailed(0, 9_999)) {
          await job.retry()
          count++
        }
      }
      return count
    },

    async close(deadlineMs) {
      const closing = Promise.all(workers.map((worker) => worker.close()))
      const late = await Promise.race([closing, afterMs(deadlineMs)])
      if (late === 'late') {
        log.warn({ deadlineMs }, 'work under way was cut off; it will be done again elsewhere')
        void Promise.all(workers.map((worker) => worker.close(true))).catch(() => {})
      }
      await Promise.all([...queues.values()].map((queue) => queue.close()))
      await backend.close()
    },
  }
}

// A store that neither takes a wake-up nor refuses it must not hold up the relay: the wake-up counts as lost.
const answerWithinMs = 10_000

async function answered<T>(asked: Promise<T>): Promise<T> {
  let timeout: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timeout = setTimeout(() => reject(new AppError('queue.unavailable')), answerWithinMs)
  })
  try {
    return await Promise.race([asked, late])
  } finally {
    clearTimeout(timeout)
  }
}

function afterMs(deadlineMs: number): Promise<'late'> {
  return new Promise((resolve) => setTimeout(() => resolve('late'), deadlineMs).unref())
}

// A job's failure reason is kept in the queue's store, so only a code of the catalogue may get there (law 10).
async function runJob(job: Job, handle: Handler, log: Log): Promise<void> {
  const payload = rowIds.safeParse(job.data)
  if (!payload.success) throw jobFailure('queue.payload_invalid')
  try {
    await handle(payload.data.ids)
  } catch (error) {
    log.error({ err: error, queue: job.queueName, job: job.id }, 'handler failed')
    throw jobFailure(error instanceof AppError ? error.code : 'server.fault')
  }
}

function jobFailure(code: string): Error {
  const failure = new Error(code)
  failure.stack = code
  return failure
}
