import { stopwatch } from '../../foundation/clock.ts'
import { businesses } from '../../policy/policy.ts'
import { showDryRun, startDryRun, type DryRunDeps } from '../../survey/dry-run/run.ts'
import { rounded, surroundings, type BackendOptions } from './backends.ts'
import { drain } from './dispatch.ts'
import { unitCount } from './rows.ts'
import { query, startServers, type Progress } from './servers.ts'
import { openStage, waitFor, type Stage } from './stage.ts'

export interface DryRunBenchOptions extends BackendOptions {
  /** Transactions of the past. */
  rows?: number | undefined
  /** Surveys that are dispatched beside it. */
  surveys?: number | undefined
}

const days = 30
const rounds = 3

/** A dry run over the last month, alone and beside dispatch at full load, which it should hardly slow. */
export async function benchDryRun(progress: Progress, options: DryRunBenchOptions) {
  const rows = options.rows ?? 1_000_000
  const surveys = options.surveys ?? 150_000
  const servers = await startServers(progress)
  const backend = options.backend ?? (servers.redisUrl ? 'redis' : 'postgres')
  const stage = await openStage(servers, backend)
  try {
    progress(`making ${rows} transactions of the past`)
    await query(stage.databaseUrl, pastTransactions(rows))
    await query(stage.databaseUrl, 'VACUUM (ANALYZE) transaction')
    progress('a dry run alone')
    const alone = await run(stage)
    const worker = await stage.startWorker()
    let first = 0
    const send = async (beside: () => void) => {
      const { perSecond } = await drain(stage, worker, surveys, progress, { first, beside })
      first += surveys * 2
      return perSecond
    }
    const without: number[] = []
    const beside: number[] = []
    const besideSeconds: number[] = []
    const sendAlone = async () => void without.push(await send(() => {}))
    const sendBeside = async () => {
      let running: ReturnType<typeof run> | undefined
      const start = () => {
        running = run(stage)
      }
      beside.push(await send(start))
      besideSeconds.push((await running!).seconds)
    }
    await send(() => {})
    for (let round = 1; round <= rounds; round++) {
      progress(`round ${round} of ${rounds}: dispatch with and without a dry run`)
      // In turns first and second: whatever the machine does over time falls on both.
      if (round % 2 === 1) await sendAlone()
      await sendBeside()
      if (round % 2 === 0) await sendAlone()
    }
    const perSecond = median(without)
    const perSecondBeside = median(beside)
    return {
      name: 'dry-run' as const,
      backend,
      transactions: alone.lookedAt,
      secondsAlone: alone.seconds,
      secondsBesideDispatch: median(besideSeconds),
      dispatchPerSecond: rounded(perSecond),
      dispatchPerSecondBeside: rounded(perSecondBeside),
      ratioOfDispatch: perSecondBeside / perSecond,
      ratiosOfRounds: beside.map((each, round) => each / without[round]!),
      settings: { rows, surveys, rounds, days, ...surroundings(servers) },
    }
  } finally {
    await stage.close()
    await servers.stop()
  }
}

async function run(stage: Stage): Promise<{ seconds: number; lookedAt: number }> {
  const deps: DryRunDeps = {
    ...stage.deps,
    databaseUrl: stage.databaseUrl,
    policyOf: () => {
      throw new Error('the policy in force is measured')
    },
  }
  const elapsedMs = stopwatch()
  const id = await startDryRun(deps, { days, settings: null, plans: [], by: 'bench' })
  let found: Awaited<ReturnType<typeof showDryRun>> | undefined
  await waitFor('the dry run', 300, async () => {
    found = await showDryRun(deps, id)
    return found.state !== 'running'
  })
  if (found?.state !== 'done') throw new Error(`the dry run ended as ${found?.state}`)
  return { seconds: elapsedMs() / 1000, lookedAt: found.lookedAt }
}

// Most citizens come once in a month, some twice; a few are left out for each of the usual reasons.
export const pastTransactions = (rows: number) => `
  INSERT INTO transaction (id, source, external_id, business, category, unit_code, flags, phone_hash,
      phone_sealed, completed_at, received_at)
  SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 3)
      || '8' || substr(md5(n::text), 4, 15))::uuid,
    'past', 'past-' || n, (ARRAY['${businesses.join("','")}'])[1 + n % ${businesses.length}],
    CASE WHEN n % ${businesses.length} = 0 THEN '盗窃' END, 'BENCH' || n % ${unitCount},
    CASE WHEN n % 97 = 0 THEN '{minor}'::text[] ELSE '{}' END,
    CASE WHEN n % 50 > 0 THEN decode(md5('citizen' || n % ${Math.ceil(rows * 0.8)}) || md5('x' || n % ${Math.ceil(rows * 0.8)}), 'hex') END,
    CASE WHEN n % 50 > 0 THEN '\\x00'::bytea END, at - interval '1 hour', at
  FROM generate_series(1, ${rows}) AS n,
    LATERAL (SELECT now() - make_interval(secs => ${days * 86_400 - 60} * (1 - n::float8 / ${rows}))) AS times (at)`

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}
