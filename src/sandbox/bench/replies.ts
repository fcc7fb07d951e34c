import { setTimeout as pause } from 'node:timers/promises'
import { Agent } from 'node:http'
import { sql } from 'kysely'
import { stopwatch, systemClock } from '../../foundation/clock.ts'
import { formatProviderTime } from '../../sms/provider-time.ts'
import { againstPlain, onBackends, quantiles, rounded, type BackendOptions } from './backends.ts'
import { anythingRaw } from './loop.ts'
import { post } from './post.ts'
import { phoneOf } from './rows.ts'
import type { Backend, BenchServers, Progress } from './servers.ts'
import { waitFor, type Stage } from './stage.ts'

export interface RepliesOptions extends BackendOptions {
  /** Replies per backend that are pushed as fast as they are taken. */
  surveys?: number | undefined
}

const pushOf = 20
const senders = 8
const warmUp = 2_000
const plainReplies = 4_000
const paced = { perSecond: 1_000, pushOf: 10, seconds: 10 }

/** From the provider's push to the committed verdict, everything that follows from it included. */
export function benchReplies(progress: Progress, options: RepliesOptions) {
  const replies = options.surveys ?? 20_000
  const settings = {
    replies,
    pushOf,
    senders,
    paced,
    serveProcesses: 1,
    workProcesses: 1,
    dissatisfied: 'one in twenty',
    thanks: 'off',
  }
  return onBackends('replies', options, settings, progress, (servers, backend, say) =>
    measure(servers, backend, replies, say),
  )
}

function measure(servers: BenchServers, backend: Backend, replies: number, progress: Progress) {
  return againstPlain(
    servers,
    backend,
    async (plain) => {
      progress('the plain design')
      await plain.replies(500)
      const plainPerSecond = await plain.replies(plainReplies)
      progress('bare inserts')
      return { plainPerSecond, ceilingPerSecond: await plain.inserts(100_000) }
    },
    async (stage) => {
      await stage.startWorker()
      const hooks = `${await stage.startServe()}/hooks/aliyun/${stage.environment['HUIFANG_HOOK_TOKEN']}`
      const atPace = paced.perSecond * paced.seconds
      progress(`asking ${warmUp + replies + atPace} citizens`)
      await stage.intake(0, warmUp + replies + atPace)
      await waitFor('all surveys open', 600, () => allOpen(stage))

      await flood(stage, hooks, 0, warmUp)
      progress(`${replies} replies as fast as they are taken`)
      const perSecond = await flood(stage, hooks, warmUp, replies)
      progress(`${paced.perSecond} replies a second`)
      return { perSecond, ...(await pace(stage, hooks, warmUp + replies)) }
    },
  )
}

/** Pushes as fast as the pushes are answered; replies a second until the last verdict is committed. */
async function flood(stage: Stage, hooks: string, first: number, count: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: senders })
  const before = await countReplies(stage)
  const starts = Array.from(
    { length: count / pushOf },
    (_, index) => first + index * pushOf,
  ).values()
  const send = async () => {
    for (const start of starts) await post(agent, `${hooks}/sms-up`, pushBody(start, pushOf))
  }
  const elapsedMs = stopwatch()
  await Promise.all(Array.from({ length: senders }, send))
  await allUnderstood(stage, before + count)
  const perSecond = (count / elapsedMs()) * 1000
  agent.destroy()
  return perSecond
}

/** Pushes at a steady pace, whatever the answers take, and measures these and how long the verdicts take. */
async function pace(stage: Stage, hooks: string, first: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const pushes = (paced.perSecond / paced.pushOf) * paced.seconds
  const everyMs = (1000 * paced.pushOf) / paced.perSecond
  const before = await countReplies(stage)
  const latencies: number[] = []
  let refused = 0
  const elapsedMs = stopwatch()
  const sent: Promise<void>[] = []
  for (let index = 0; index < pushes; index++) {
    const waitMs = index * everyMs - elapsedMs()
    if (waitMs > 0) await pause(waitMs)
    const body = pushBody(first + index * paced.pushOf, paced.pushOf)
    const latencyMs = stopwatch()
    sent.push(
      post(agent, `${hooks}/sms-up`, body)
        .then(() => void latencies.push(latencyMs()))
        .catch(() => void refused++),
    )
  }
  await Promise.all(sent)
  await allUnderstood(stage, before + pushes * paced.pushOf)
  agent.destroy()
  const { rows } = await sql<{ p99: number; max: number }>`
    SELECT 1000 * percentile_cont(0.99) WITHIN GROUP (ORDER BY lag) AS p99, 1000 * max(lag) AS max
    FROM (SELECT extract(epoch FROM r.received_at - i.received_at)::float AS lag
      FROM reply r JOIN inbound i ON i.id = r.inbound_id ORDER BY r.id DESC
      LIMIT ${pushes * paced.pushOf}) AS latest`.execute(stage.core.db)
  return {
    ...quantiles(latencies),
    refused,
    verdictP99Ms: rounded(rows[0]!.p99),
    verdictMaxMs: rounded(rows[0]!.max),
  }
}

let sequence = 0

function pushBody(first: number, count: number): string {
  const sentAt = formatProviderTime(systemClock.now())
  return JSON.stringify(
    Array.from({ length: count }, (_, offset) => ({
      phone_number: phoneOf(first + offset),
      content: (first + offset) % 20 === 0 ? '3，等了两个小时' : '1',
      send_time: sentAt,
      dest_code: '106900001',
      sequence_id: String(++sequence),
    })),
  )
}

/** Waits until no push is raw any more; counting again and again would take what is measured from the database. */
async function allUnderstood(stage: Stage, wanted: number): Promise<void> {
  await waitFor('the verdicts', 300, async () => !(await anythingRaw(stage)))
  if ((await countReplies(stage)) !== wanted) throw new Error('replies are missing')
}

async function countReplies({ core }: Stage): Promise<number> {
  const row = await core.db
    .selectFrom('reply')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return row.count
}

async function allOpen({ core }: Stage): Promise<boolean> {
  const row = await core.db
    .selectFrom('survey')
    .select('id')
    .where('state', '!=', 'open')
    .limit(1)
    .executeTakeFirst()
  return row === undefined
}
