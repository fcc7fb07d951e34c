import { openPlain, type Plain } from './plain.ts'
import { startServers, type Backend, type BenchServers, type Progress } from './servers.ts'
import { openStage, type Stage } from './stage.ts'

/** What every benchmark of the whole system says of the machine it ran on. */
export interface Surroundings {
  sdk: string
  gateway: string
  database: string
}

export interface BackendOptions {
  backend?: Backend | undefined
}

/**
 * Measures on both backends, or on the one that was asked for. The first one's figures stand at the top, all of
 * them in `backends`.
 */
export async function onBackends<Name extends string, Figures extends object>(
  name: Name,
  options: BackendOptions,
  settings: object,
  progress: Progress,
  measure: (servers: BenchServers, backend: Backend, progress: Progress) => Promise<Figures>,
) {
  const servers = await startServers(progress)
  try {
    const wanted: Backend[] = options.backend
      ? [options.backend]
      : ['postgres', ...(servers.redisUrl ? (['redis'] as const) : [])]
    if (wanted.includes('redis') && !servers.redisUrl) {
      throw new Error('no Redis: install redis-server or set BENCH_REDIS_URL')
    }
    const backends: ({ backend: Backend } & Figures)[] = []
    for (const backend of wanted) {
      const figures = await measure(servers, backend, (line) => progress(`${backend}: ${line}`))
      backends.push({ backend, ...figures })
    }
    return {
      name,
      ...backends[0]!,
      settings: { ...settings, ...surroundings(servers) },
      backends,
    }
  } finally {
    await servers.stop()
  }
}

interface Standards {
  plainPerSecond: number
  ceilingPerSecond: number
  /** Where `ceilingPerSecond` counts jobs: rows a second of bare inserts. */
  insertCeilingPerSecond?: number
}

/** Measures the plain design and the ceiling, and then huifang, with the same gateway, and sets them in relation. */
export async function againstPlain<Figures extends { perSecond: number }>(
  servers: BenchServers,
  backend: Backend,
  measurePlain: (plain: Plain) => Promise<Standards>,
  measure: (stage: Stage) => Promise<Figures>,
) {
  const stage = await openStage(servers, backend)
  try {
    const plain = await openPlain(servers, backend, stage.gateway)
    const standards = await measurePlain(plain)
    await plain.close()
    const { perSecond, ...further } = await measure(stage)
    const { plainPerSecond, ceilingPerSecond, ...others } = standards
    return {
      perSecond: rounded(perSecond),
      plainPerSecond: rounded(plainPerSecond),
      ceilingPerSecond: rounded(ceilingPerSecond),
      ratioToPlain: perSecond / plainPerSecond,
      ratioToCeiling: perSecond / ceilingPerSecond,
      ...others,
      ...further,
    }
  } finally {
    await stage.close()
  }
}

export function surroundings(servers: BenchServers): Surroundings {
  return {
    sdk: '@alicloud/dysmsapi20170525',
    gateway: 'the sandbox gateway on the same machine, in a process of its own',
    database: `PostgreSQL ${servers.postgresVersion} on the same machine, commits on disk`,
  }
}

export function rounded(perSecond: number): number {
  return Math.round(perSecond)
}

/** Of times in milliseconds. */
export function quantiles(times: readonly number[]): { p50Ms: number; p99Ms: number } {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number) =>
    Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 10) /
    10
  return { p50Ms: at(0.5), p99Ms: at(0.99) }
}
