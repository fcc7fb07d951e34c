import { startServers, type Backend, type BenchServers, type Progress } from './servers.ts'

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
