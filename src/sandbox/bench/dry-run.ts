import { setTimeout as pause } from 'node:timers/promises'
import { stopwatch } from '../../foundation/clock.ts'
import { policyOf } from '../../policy/activate.ts'
import { businesses } from '../../policy/policy.ts'
import { showDryRun, startDryRun, type DryRunDeps } from '../../survey/dry-run/run.ts'
import { rounded, surroundings, type BackendOptions } from './backends.ts'
import { drain } from './dispatch.ts'
import { unitCount } from './rows.ts'
import { query, startServers, type Progress } from './servers.ts'
import { openStage, type Stage } from './stage.ts'

export interface DryRunBenchOptions extends BackendOptions {
  /** Transactions of the past. */
  rows?: number | undefined
  /** Surveys that are dispatched beside it. */
  surveys?: number | undefined
}

const days = 30
const restMs = 10_000
// A worker that was held back begins with a rush.
const settleMs = 5_000

/**
 * A dry run over the last month, alone; and what dispatch at full load does while others come and go. Windows with and
 * without one follow each other within one backlog: whatever the machine does over time falls on both. What PostgreSQL does
 * of itself (autovacuum) comes once in a minute or two, would fall on either, and waits. The backlog itself is not of the
 * past that they look at.
 */
export async function benchDryRun(progress: Progress, options: DryRunBenchOptions) {
  const rows = options.rows ?? 1_000_000
  const surveys = options.surveys ?? 600_000
  const servers = await startServers(progress)
  const backend = options.backend ?? (servers.redisUrl ? 'redis' : 'postgres')
  const stage = await openStage(servers, backend)
  try {
    await query(stage.databaseUrl, withoutAutovacuum)
    progress(`making ${rows} transactions of the past`)
    await query(stage.databaseUrl, pastTransactions(rows))
    await query(stage.databaseUrl, pastSurveys)
    await query(stage.databaseUrl, 'VACUUM (ANALYZE)')
    const untilMs = stage.deps.clock.nowMs()
    const dryRun = () => run(stage, untilMs)
    progress('a dry run alone')
    const alone = await dryRun()
    const worker = await stage.startWorker()
    const over = new AbortController()
    let watching: Promise<Pair[]> | undefined
    const { perSecond } = await drain(stage, worker, surveys, progress, async () => {
      await query(stage.databaseUrl, 'VACUUM (ANALYZE)')
      watching = watch(stage.gateway, dryRun, over.signal, progress)
    })
    over.abort()
    const pairs = await watching!
    if (pairs.length === 0) {
      progress('dispatch was through before a dry run beside it: compare with more --surveys')
    }
    const ratios = pairs.map(({ without, beside }) => beside / without).toSorted((a, b) => a - b)
    return {
      name: 'dry-run' as const,
      backend,
      transactions: alone.lookedAt,
      secondsAlone: alone.seconds,
      perSecond: rounded(perSecond),
      windows: pairs.length,
      ratioOfDispatch: ratios[Math.floor((ratios.length - 1) / 2)] ?? null,
      ratios: ratios.map((ratio) => Math.round(ratio * 100) / 100),
      settings: { rows, surveys, days, ...surroundings(servers) },
    }
  } finally {
    await stage.close()
    await servers.stop()
  }
}

const withoutAutovacuum = `
  DO $$ DECLARE name regclass; BEGIN
    FOR name IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    LOOP EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = false)', name); END LOOP;
  END $$`

/** Texts a second in a window with a dry run, and in those around it without one. */
interface Pair {
  without: number
  beside: number
}

async function watch(
  gateway: Stage['gateway'],
  dryRun: () => Promise<unknown>,
  over: AbortSignal,
  progress: Progress,
): Promise<Pair[]> {
  const rate = async (during: () => Promise<unknown>) => {
    const { accepted: before } = await gateway.state()
    const elapsedMs = stopwatch()
    await during()
    const { accepted: after } = await gateway.state()
    return ((after - before) / elapsedMs()) * 1000
  }
  const rest = () => rate(() => pause(restMs))
  const pairs: Pair[] = []
  await pause(settleMs)
  let last = await rest()
  for (;;) {
    const beside = await rate(dryRun)
    const next = await rest()
    // The backlog ended somewhere in these windows.
    if (over.aborted) return pairs
    pairs.push({ without: (last + next) / 2, beside })
    progress(`dispatch ${Math.round((last + next) / 2)} a second, ${Math.round(beside)} beside`)
    last = next
  }
}

async function run(stage: Stage, untilMs: number): Promise<{ seconds: number; lookedAt: number }> {
  const deps: DryRunDeps = {
    ...stage.deps,
    databaseUrl: stage.databaseUrl,
    clock: { ...stage.deps.clock, nowMs: () => untilMs },
    policyOf: (settings) => policyOf({ sandbox: true }, settings),
  }
  const elapsedMs = stopwatch()
  const { id, ended } = await startDryRun(deps, { days, settings: null, plans: [], by: 'bench' })
  await ended
  const found = await showDryRun(deps, id)
  if (found.state !== 'done') throw new Error(`the dry run ended as ${found.state}`)
  return { seconds: elapsedMs() / 1000, lookedAt: found.lookedAt }
}

// Most citizens come once in a month, some twice; a few are left out for each of the usual reasons.
const pastTransactions = (rows: number) => `
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

// As they were asked: what really came of the transactions is counted too.
const pastSurveys = `
  INSERT INTO survey (id, state, disposition, business, unit_code, phone_hash, signature, template_version_id,
      priority, send_at, sent_at, expires_at, late_until)
  SELECT id, 'closed', 'no_reply', business, unit_code, phone_hash, '徐州公安民意',
    (SELECT id FROM template_version LIMIT 1), 1, received_at, received_at, received_at, received_at
  FROM transaction WHERE source = 'past' AND phone_hash IS NOT NULL AND flags = '{}';
  INSERT INTO suppression (transaction_id, business, unit_code, reason, at)
  SELECT id, business, unit_code, CASE WHEN phone_hash IS NULL THEN 'number_missing' ELSE 'flag_excluded' END, received_at
  FROM transaction WHERE source = 'past' AND (phone_hash IS NULL OR flags <> '{}')`
