import { setTimeout as pause } from 'node:timers/promises'
import { stopwatch } from '../../foundation/clock.ts'
import { againstPlain, onBackends, quantiles, rounded, type BackendOptions } from './backends.ts'
import type { Child } from './processes.ts'
import type { Backend, BenchServers, Progress } from './servers.ts'
import { waitFor, type Stage } from './stage.ts'

export interface DispatchOptions extends BackendOptions {
  /** Surveys per backend. */
  surveys?: number | undefined
}

const warmUp = 2_000
const plainSurveys = 4_000
const pacedSurveys = 2_000

/** From committed intake to acceptance by the gateway: a backlog is dispatched by one worker process. */
export function benchDispatch(progress: Progress, options: DispatchOptions) {
  const surveys = options.surveys ?? 20_000
  const settings = { surveys, workProcesses: 1, latencyAtSurveysPerSecond: 1_000 }
  return onBackends('dispatch', options, settings, progress, (servers, backend, say) =>
    measure(servers, backend, surveys, say),
  )
}

function measure(servers: BenchServers, backend: Backend, surveys: number, progress: Progress) {
  return againstPlain(
    servers,
    backend,
    async (plain) => {
      progress('the plain design')
      await plain.dispatch(500)
      const plainPerSecond = await plain.dispatch(plainSurveys)
      progress('jobs that do nothing, and bare inserts')
      return {
        plainPerSecond,
        ceilingPerSecond: await plain.noOpJobs(10_000),
        insertCeilingPerSecond: rounded(await plain.inserts(100_000)),
      }
    },
    async (stage) => {
      const worker = await stage.startWorker()
      const drained = await drain(stage, worker, surveys, progress)
      progress('a thousand a second, for the latency')
      return { ...drained, ...(await pacedLatency(stage, warmUp + surveys)) }
    },
  )
}

/**
 * Takes a backlog in while sending is paused, and measures how fast it is gone. `beside` starts
 * what goes on meanwhile.
 */
export async function drain(
  stage: Stage,
  worker: Child,
  surveys: number,
  progress: Progress,
  beside: () => void | Promise<void> = () => {},
) {
  const { accepted: before } = await stage.gateway.state()
  await stage.intake(0, warmUp)
  await stage.gateway.accepted(before + warmUp, 60)
  progress(`taking in ${surveys} transactions`)
  await pauseSending(stage, true)
  await stage.intake(warmUp, surveys)
  const start = worker.residentMb()
  progress('sending')
  await beside()
  await pauseSending(stage, false)
  const deadlineSeconds = 60 + surveys / 100
  const elapsedMs = stopwatch()
  await stage.gateway.accepted(before + warmUp + Math.floor(surveys / 2), deadlineSeconds)
  const middle = worker.residentMb()
  await stage.gateway.accepted(before + warmUp + surveys, deadlineSeconds)
  const perSecond = (surveys / elapsedMs()) * 1000
  const end = worker.residentMb()
  await allOpen(stage)
  await stage.mustHaveTextedOnce()
  return { perSecond, workerMb: { start, middle, end } }
}

/** Milliseconds from the commit of the intake to acceptance, without a backlog. */
async function pacedLatency(stage: Stage, first: number) {
  for (let sent = 0; sent < pacedSurveys; sent += 100) {
    const elapsedMs = stopwatch()
    await stage.intake(first + sent, 100)
    await pause(Math.max(0, 100 - elapsedMs()))
  }
  await allOpen(stage)
  // The commit of `accepted` comes a few milliseconds after the gateway's answer.
  const rows = await stage.core.db
    .selectFrom('message')
    .innerJoin('transaction', 'transaction.id', 'message.caseId')
    .select(['message.settledAt', 'transaction.receivedAt'])
    .orderBy('message.id', 'desc')
    .limit(pacedSurveys)
    .execute()
  return quantiles(rows.map((row) => row.settledAt!.getTime() - row.receivedAt.getTime()))
}

async function pauseSending(stage: Stage, paused: boolean): Promise<void> {
  const { db } = stage.core
  if (!paused) return void (await db.deleteFrom('sendingPause').execute())
  await db
    .insertInto('sendingPause')
    .values({ scope: 'account', subject: 'account', code: 'bench' })
    .execute()
}

async function allOpen(stage: Stage): Promise<void> {
  await waitFor('all surveys open', 120, async () => {
    const row = await stage.core.db
      .selectFrom('survey')
      .select('id')
      .where('state', 'in', ['scheduled', 'submitting', 'unknown'])
      .limit(1)
      .executeTakeFirst()
    return row === undefined
  })
}
