import { setTimeout as pause } from 'node:timers/promises'
import { Pool } from 'pg'
import { z } from 'zod'
import { stopwatch, systemClock } from '../../foundation/clock.ts'
import { idMaker } from '../../foundation/ids.ts'
import { postgresBackend, redisBackend, type QueueBackend } from '../../foundation/queue-backend.ts'
import { startChild } from './processes.ts'
import { plainPhoneOf } from './rows.ts'
import { query, type Backend, type BenchServers } from './servers.ts'
import { waitFor, type Gateway } from './stage.ts'

export const plainQueue = 'plain'
export const noOps = 'no-ops'

export const plainSetup = z.object({
  databaseUrl: z.string(),
  redisUrl: z.string().nullable(),
  gatewayEndpoint: z.string(),
  concurrency: z.number(),
})
export type PlainSetup = z.output<typeof plainSetup>

export async function openPlainQueue(setup: PlainSetup): Promise<QueueBackend> {
  return setup.redisUrl
    ? redisBackend(setup.redisUrl, 'huifang-bench-plain')
    : // There is one worker; with room for two it has three connections to ask with, as it had when it was tried.
      postgresBackend(setup.databaseUrl, 2)
}

/** What everybody builds first, measured on the same machine in the same run. */
export interface Plain {
  /** Surveys a second from the first job added to the last text accepted. */
  dispatch(surveys: number): Promise<number>
  /** Surveys a second from the first job added to the last reply's verdict committed. */
  loop(surveys: number, replies: number): Promise<number>
  /** Replies a second from the first push, twenty at once, to the last verdict committed. */
  replies(count: number): Promise<number>
  /** Jobs a second that do nothing. */
  noOpJobs(jobs: number): Promise<number>
  /** Rows a second of multi-row inserts, a hundred a statement. */
  inserts(rows: number): Promise<number>
  close(): Promise<void>
}

// Tried from 20 to 200: more gains the plain design nothing.
const concurrency = 50

export async function openPlain(
  servers: BenchServers,
  backend: Backend,
  gateway: Gateway,
): Promise<Plain> {
  const database = await servers.freshDatabase()
  await query(
    database.url,
    `CREATE TABLE plain_survey (id uuid PRIMARY KEY, phone text, state text, biz_id text,
       sent_at timestamptz, delivery text, rating text);
     CREATE INDEX ON plain_survey (phone);
     CREATE TABLE plain_reply (id bigserial PRIMARY KEY, survey_id uuid, content text, rating text);
     GRANT ALL ON ALL TABLES IN SCHEMA public TO huifang_app;
     GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO huifang_app`,
  )
  const setup: PlainSetup = {
    databaseUrl: database.url,
    redisUrl: backend === 'redis' ? servers.redisUrl : null,
    gatewayEndpoint: gateway.endpoint,
    concurrency,
  }
  const worker = await startChild(
    new URL('plain-process.ts', import.meta.url),
    [JSON.stringify(setup)],
    {},
  )
  const { hooks } = worker.message as { hooks: string }
  const queues = await openPlainQueue(setup)
  const queue = queues.queue(plainQueue, { removeOnComplete: true })
  const bare = queues.queue(noOps, { removeOnComplete: true })
  const pool = new Pool({ connectionString: database.url, max: 8 })
  const newId = idMaker(systemClock)
  let phones = 0

  const ask = async (surveys: number): Promise<void> => {
    const ids = Array.from({ length: surveys }, newId)
    for (let start = 0; start < surveys; start += 1_000) {
      const part = ids.slice(start, start + 1_000)
      await pool.query(
        `INSERT INTO plain_survey (id, phone, state) SELECT id, phone, 'scheduled'
         FROM unnest($1::uuid[], $2::text[]) AS fresh (id, phone)`,
        [part, part.map(() => plainPhoneOf(phones++))],
      )
      await parallel(part, (id) => queue.add('ask', { id }))
    }
  }

  return {
    async dispatch(surveys) {
      const { accepted } = await gateway.state()
      const elapsedMs = stopwatch()
      await ask(surveys)
      await gateway.accepted(accepted + surveys, 300)
      return (surveys / elapsedMs()) * 1000
    },
    async loop(surveys, replies) {
      await gateway.pushTo(hooks)
      const elapsedMs = stopwatch()
      await ask(surveys)
      await waitFor('the plain replies', 300, async () => {
        const { rows } = await pool.query<{ n: number }>(
          `SELECT count(*)::int AS n FROM plain_reply`,
        )
        return rows[0]!.n >= replies
      })
      return (surveys / elapsedMs()) * 1000
    },
    async replies(count) {
      const first = phones
      phones += count
      await pool.query(
        `INSERT INTO plain_survey (id, phone, state, sent_at)
         SELECT id, phone, 'open', now() FROM unnest($1::uuid[], $2::text[]) AS fresh (id, phone)`,
        [
          Array.from({ length: count }, newId),
          Array.from({ length: count }, (_, index) => plainPhoneOf(first + index)),
        ],
      )
      const answered = async () => {
        const { rows } = await pool.query<{ n: number }>(
          `SELECT count(*)::int AS n FROM plain_reply`,
        )
        return rows[0]!.n
      }
      const before = await answered()
      const pushes = Array.from({ length: count / 20 }, (_, push) =>
        Array.from({ length: 20 }, (__, item) => ({
          phone_number: plainPhoneOf(first + push * 20 + item),
          content: item === 0 ? '3，等了两个小时' : '1',
        })),
      )
      const elapsedMs = stopwatch()
      await parallel(pushes, (push) =>
        fetch(`${hooks}/sms-up`, { method: 'POST', body: JSON.stringify(push) }),
      )
      await waitFor('the plain replies', 300, async () => (await answered()) >= before + count)
      return (count / elapsedMs()) * 1000
    },
    async noOpJobs(count) {
      await bare.pause()
      for (let start = 0; start < count; start += 1_000) {
        await bare.addBulk(Array.from({ length: 1_000 }, () => ({ name: 'no-op', data: {} })))
      }
      const elapsedMs = stopwatch()
      await bare.resume()
      await waitFor('the jobs that do nothing', 120, async () => {
        const { waiting = 0, active = 0 } = await bare.getJobCounts('waiting', 'active')
        return waiting + active === 0
      })
      return (count / elapsedMs()) * 1000
    },
    async inserts(rows) {
      await pool.query(
        `CREATE TABLE IF NOT EXISTS plain_insert (id uuid PRIMARY KEY, phone text, state text, at timestamptz)`,
      )
      const batches = Array.from({ length: rows / 100 }, () => Array.from({ length: 100 }, newId))
      const elapsedMs = stopwatch()
      await parallel(batches, (ids) =>
        pool.query(
          `INSERT INTO plain_insert SELECT id, '13900000000', 'scheduled', now() FROM unnest($1::uuid[]) AS id`,
          [ids],
        ),
      )
      return (rows / elapsedMs()) * 1000
    },
    async close() {
      await worker.stop()
      await pool.end()
      await Promise.all([queue.close(), bare.close()])
      await queues.close()
      // The worker's sessions end a moment after it.
      await pause(100)
      await database.drop()
    },
  }
}

/** All of it, fifty at a time. */
async function parallel<T>(items: readonly T[], act: (item: T) => Promise<unknown>): Promise<void> {
  const left = items.values()
  const walk = async () => {
    for (const item of left) await act(item)
  }
  await Promise.all(Array.from({ length: concurrency }, walk))
}
