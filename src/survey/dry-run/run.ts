import { fork, type ChildProcess } from 'node:child_process'
import { writeAudit } from '../../foundation/audit.ts'
import type { Core } from '../../foundation/core.ts'
import { startTimer } from '../../foundation/timer.ts'
import { AppError } from '../../foundation/errors.ts'
import type { Id } from '../../foundation/ids.ts'
import type { Policy } from '../../policy/policy.ts'
import type { Share } from '../../template/share-rules.ts'
import { sharesOf } from '../../template/plan.ts'
import type { Unit } from '../../unit/unit.ts'
import { spanOf } from './read.ts'
import { endRun, failSilent, insertRun, listRuns, readRun, tellProgress } from './store.ts'
import type { DryRunNews, DryRunTask } from './simulate.ts'

const tellMs = 500

export interface DryRunDeps extends Core {
  databaseUrl: string
  units: () => Promise<Map<string, Unit>>
  /** The policy in force. */
  policy: () => Promise<Policy>
  /** Settings as an administrator wrote them; throws `request.invalid` where they hold faults. */
  policyOf: (settings: unknown) => Policy
}

export interface DryRunWanted {
  /** The transactions that came in so many days up to now. */
  days: number
  /** Null: the policy in force. */
  settings: Record<string, unknown> | null
  /** Texts that ask, of the slots named here; those in use for all others. */
  plans: readonly { business: string | null; shares: readonly Share[] }[]
}

export interface RunningDryRun {
  id: Id
  ended: Promise<void>
  stop: () => Promise<void>
}

/**
 * Starts finding out what citizens of the last days would have got by this policy and these texts, in a process
 * of its own; one run at a time. It is followed by its id; `stop` is for a process that ends.
 */
export async function startDryRun(
  deps: DryRunDeps,
  wanted: DryRunWanted & { by: string },
): Promise<RunningDryRun> {
  const { by, ...rest } = wanted
  const policy = wanted.settings === null ? await deps.policy() : deps.policyOf(wanted.settings)
  const texts = await sharesOf(deps, 'ask', wanted.plans)
  const id = deps.newId()
  await deps.db.transaction().execute(async (tx) => {
    if (!(await insertRun(tx, { id, wanted: rest, by }))) throw new AppError('dry_run.busy')
    await writeAudit(deps, tx, {
      actor: by,
      action: 'policy.dry_run',
      subjectKind: 'dry_run',
      subject: id,
      details: { days: wanted.days },
    })
  })
  const task: DryRunTask = {
    databaseUrl: deps.databaseUrl,
    policy,
    texts,
    units: await deps.units(),
    span: spanOf(policy.survey, wanted.days, deps.clock.nowMs()),
  }
  const child = fork(new URL('./process.ts', import.meta.url), {
    serialization: 'advanced',
    // What a row leaves behind dies at once: little room is swept quickly, and without other threads that would want processors.
    execArgv: ['--max-semi-space-size=2', '--single-threaded-gc'],
  })
  child.send(task)
  const ended = follow(deps, id, child).catch(async (error: unknown) => {
    deps.log.error({ err: error }, 'a dry run failed')
    await endRun(deps.db, id, { state: 'failed', failure: 'fault' }).catch(() => {})
  })
  return {
    id,
    ended,
    async stop() {
      await endRun(deps.db, id, { state: 'cancelled' })
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** Follows the process to its end, and keeps what it tells. Somebody who cancels the run stops it. */
async function follow(deps: DryRunDeps, id: Id, child: ChildProcess): Promise<void> {
  let progress = { lookedAt: 0, toLookAt: 0 }
  const ended = new Promise<Extract<DryRunNews, { kind: 'result' }>>((resolve, reject) => {
    child.on('message', (news: DryRunNews) => {
      if (news.kind === 'result') resolve(news)
      else if (news.kind === 'failed') reject(news.error)
      else progress = news
    })
    // More than one: where no process can be started, what is sent to it fails too.
    child.on('error', reject)
    child.once('exit', () => reject(new Error('its process ended early')))
  })
  // Also while there is nothing new: who is silent counts as dead.
  const beat = startTimer('dry run', tellMs, deps.log, async () => {
    if (!(await tellProgress(deps.db, id, progress))) child.kill('SIGKILL')
  })
  try {
    const { lookedAt, result, real } = await ended
    await endRun(deps.db, id, { state: 'done', lookedAt, result, real })
  } catch (error) {
    const run = await readRun(deps.db, id)
    if (run?.state === 'running') throw error
  } finally {
    await beat.stop()
    child.kill('SIGKILL')
  }
}

/** One run, with what it found beside what had really come of the same transactions by then. Throws when there is none. */
export async function showDryRun(deps: Pick<DryRunDeps, 'db'>, id: Id) {
  await failSilent(deps.db)
  const run = await readRun(deps.db, id)
  if (!run) throw new AppError('record.not_found', { what: '这次试算' })
  return run
}

export async function showDryRuns(deps: Pick<DryRunDeps, 'db'>) {
  await failSilent(deps.db)
  return listRuns(deps.db)
}

/** Stops a run that is under way. */
export async function cancelDryRun(deps: Pick<DryRunDeps, 'db'>, id: Id): Promise<void> {
  if (!(await endRun(deps.db, id, { state: 'cancelled' }))) {
    throw new AppError('record.not_found', { what: '正在进行的这次试算' })
  }
}
