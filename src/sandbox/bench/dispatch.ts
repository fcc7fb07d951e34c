import { stopwatch } from '../../foundation/clock.ts'
import { openPlain } from './plain.ts'
import type { Child } from './processes.ts'
import { startServers, type Backend, type BenchServers, type Progress } from './servers.ts'
import { openStage, waitFor, type Stage } from './stage.ts'

export interface DispatchOptions {
  /** Surveys per backend. */
  surveys?: number | undefined
  backend?: Backend | undefined
}

const warmUp = 2_000
const plainSurveys = 4_000

/** From committed intake to acceptance by the gateway: a backlog is dispatched by one worker process. */
export async function benchDispatch(progress: Progress, options: DispatchOptions) {
  const surveys = options.surveys ?? 20_000
  const servers = await startServers(progress)
  try {
    const wanted: Backend[] = options.backend
      ? [options.backend]
      : ['postgres', ...(servers.redisUrl ? (['redis'] as const) : [])]
    const backends = []
    for (const backend of wanted) {
      backends.push(await measure(servers, backend, surveys, progress))
    }
    const { backend: _, ...first } = backends[0]!
    return {
      name: 'dispatch' as const,
      ...first,
      settings: {
        surveys,
        workProcesses: 1,
        sdk: '@alicloud/dysmsapi20170525',
        gateway: 'same machine, process of its own',
        database: `PostgreSQL ${servers.postgresVersion}, same machine, synchronous commit`,
      },
      backends,
    }
  } finally {
    await servers.stop()
  }
}

async function measure(
  servers: BenchServers,
  backend: Backend,
  surveys: number,
  progress: Progress,
) {
  const stage = await openStage(servers, backend)
  try {
    const plain = await openPlain(servers, backend, stage.gateway)
    progress(`${backend}: the plain design`)
    await plain.dispatch(500)
    const plainPerSecond = await plain.dispatch(plainSurveys)
    progress(`${backend}: jobs that do nothing, and bare inserts`)
    const ceilingPerSecond = await plain.noOpJobs(10_000)
    const insertsPerSecond = await plain.inserts(100_000)
    await plain.close()

    const worker = await stage.startWorker()
    const { perSecond, residentMb } = await drain(stage, worker, surveys, (line) =>
      progress(`${backend}: ${line}`),
    )
    return {
      backend,
      perSecond: Math.round(perSecond),
      plainPerSecond: Math.round(plainPerSecond),
      ceilingPerSecond: Math.round(ceilingPerSecond),
      insertCeilingPerSecond: Math.round(insertsPerSecond),
      ratioToPlain: perSecond / plainPerSecond,
      ratioToCeiling: perSecond / ceilingPerSecond,
      workerMb: residentMb,
    }
  } finally {
    await stage.close()
  }
}

/** Takes a backlog in while sending is paused, and measures how fast it is gone. */
export async function drain(stage: Stage, worker: Child, surveys: number, progress: Progress) {
  const { accepted: before } = await stage.gateway.state()
  await stage.intake(0, warmUp)
  await stage.gateway.accepted(before + warmUp, 60)
  progress(`taking in ${surveys} transactions`)
  await setPause(stage, true)
  await stage.intake(warmUp, surveys)
  const start = worker.residentMb()
  progress('sending')
  await setPause(stage, false)
  const elapsedMs = stopwatch()
  await stage.gateway.accepted(before + warmUp + surveys / 2, 600)
  const middle = worker.residentMb()
  await stage.gateway.accepted(before + warmUp + surveys, 600)
  const perSecond = (surveys / elapsedMs()) * 1000
  const end = worker.residentMb()
  await waitFor('all surveys open', 60, () => allOpen(stage))
  const { repeated } = await stage.gateway.state()
  if (repeated > 0) throw new Error(`${repeated} texts went out twice`)
  return { perSecond, residentMb: { start, middle, end } }
}

async function setPause(stage: Stage, paused: boolean): Promise<void> {
  const { db } = stage.core
  if (!paused) return void (await db.deleteFrom('sendingPause').execute())
  await db
    .insertInto('sendingPause')
    .values({ scope: 'account', subject: 'account', code: 'bench' })
    .execute()
}

async function allOpen(stage: Stage): Promise<boolean> {
  const row = await stage.core.db
    .selectFrom('survey')
    .select('id')
    .where('state', 'in', ['scheduled', 'submitting', 'unknown'])
    .limit(1)
    .executeTakeFirst()
  return row === undefined
}
