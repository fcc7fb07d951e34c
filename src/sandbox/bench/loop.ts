import { sql } from 'kysely'
import { stopwatch, systemClock } from '../../foundation/clock.ts'
import { againstPlain, onBackends, type BackendOptions } from './backends.ts'
import type { Child } from './processes.ts'
import { plainReplies, repliesTo, replyShare, transactionRows } from './rows.ts'
import type { Backend, BenchServers, Progress } from './servers.ts'
import { waitFor, type Stage } from './stage.ts'

export interface LoopOptions extends BackendOptions {
  surveys?: number | undefined
}

const warmUp = 1_000
const plainSurveys = 2_000

/**
 * The whole way: transactions pushed over HTTP, texts accepted, receipts and replies pushed back by the gateway,
 * until the last verdict is committed.
 */
export function benchLoop(progress: Progress, options: LoopOptions) {
  const surveys = options.surveys ?? 10_000
  const settings = {
    surveys,
    serveProcesses: 1,
    workProcesses: 1,
    intakeInArraysOf: 1_000,
    gatewayPushesOf: 20,
    replyShare,
    thanks: 'off',
  }
  return onBackends('loop', options, settings, progress, (servers, backend, say) =>
    measure(servers, backend, surveys, say),
  )
}

function measure(servers: BenchServers, backend: Backend, surveys: number, progress: Progress) {
  return againstPlain(
    servers,
    backend,
    async (plain) => {
      progress('the plain design')
      const plainPerSecond = await plain.loop(plainSurveys, plainReplies(plainSurveys))
      progress('bare inserts')
      return { plainPerSecond, ceilingPerSecond: await plain.inserts(100_000) }
    },
    async (stage) => {
      const { address, worker } = await startLoop(stage)
      await goRound(stage, address, 0, warmUp)
      progress(`${surveys} surveys go round`)
      const start = worker.residentMb()
      const half = Math.floor(surveys / 2)
      const elapsedMs = stopwatch()
      await goRound(stage, address, warmUp, half)
      const middle = worker.residentMb()
      await goRound(stage, address, warmUp + half, surveys - half)
      const perSecond = (surveys / elapsedMs()) * 1000
      await stage.mustHaveTextedOnce()
      return { perSecond, workerMb: { start, middle, end: worker.residentMb() } }
    },
  )
}

/** Serve and work, with the gateway pushing to them. */
export async function startLoop(stage: Stage): Promise<{ address: string; worker: Child }> {
  const address = await stage.startServe()
  const worker = await stage.startWorker()
  await stage.gateway.pushTo(`${address}/hooks/aliyun/${stage.environment['HUIFANG_HOOK_TOKEN']}`)
  return { address, worker }
}

const pushesAtOnce = 2

/** Pushes so many transactions and waits until the last receipt and the last reply are taken in. */
export async function goRound(
  stage: Stage,
  address: string,
  first: number,
  count: number,
): Promise<void> {
  const { accepted } = await stage.gateway.state()
  const before = await counts(stage)
  const starts = Array.from(
    { length: Math.ceil(count / 1_000) },
    (_, part) => part * 1_000,
  ).values()
  const push = async () => {
    for (const start of starts) {
      const size = Math.min(1_000, count - start)
      const rows = transactionRows(first + start, size, systemClock.now().toISOString())
      const response = await fetch(`${address}/api/v1/transactions`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${stage.sourceKey}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify(rows),
      })
      if (response.status !== 202) throw new Error(await response.text())
      await response.arrayBuffer()
    }
  }
  await Promise.all(Array.from({ length: pushesAtOnce }, push))
  await stage.gateway.accepted(accepted + count, 60 + count / 50)
  await waitFor('receipts and replies', 60 + count / 50, async () => {
    const { pending } = await stage.gateway.state()
    return pending === 0 && !(await anythingRaw(stage))
  })
  const after = await counts(stage)
  const replies = repliesTo(first, count)
  if (after.replies - before.replies !== replies) throw new Error('replies are missing')
  if (after.delivered - before.delivered !== count) throw new Error('receipts are missing')
}

/** Whether a push is stored that nobody has understood yet. */
export async function anythingRaw(stage: Stage): Promise<boolean> {
  const row = await stage.core.db
    .selectFrom('inbound')
    .select('id')
    .where('lookAt', 'is not', null)
    .where('state', '=', 'raw')
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

async function counts(stage: Stage): Promise<{ replies: number; delivered: number }> {
  const since = stage.beganId
  const { rows } = await sql<{ replies: number; delivered: number }>`
    SELECT (SELECT count(*) FROM reply WHERE id >= ${since}) AS replies,
      (SELECT count(*) FROM message WHERE delivery = 'delivered' AND id >= ${since}) AS delivered`.execute(
    stage.core.db,
  )
  return rows[0]!
}
