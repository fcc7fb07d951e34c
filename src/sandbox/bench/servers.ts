import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { Client } from 'pg'
import { processEnvironment } from '../../foundation/config.ts'
import { migrateDatabase } from '../../foundation/migrate.ts'
import { startEmbeddedPostgres } from '../postgres/launcher.ts'
import { ownRedis } from '../redis.ts'

export type Progress = (line: string) => void
export type Backend = 'postgres' | 'redis'

/** The servers on which a benchmark runs, all on this machine unless the environment names others. */
export interface BenchServers {
  /** A new, migrated database; its owner's URL. */
  freshDatabase(): Promise<{ url: string; drop(): Promise<void> }>
  /** Null where there is none. */
  redisUrl: string | null
  postgresVersion: string
  stop(): Promise<void>
}

/**
 * `BENCH_DATABASE_URL` and `BENCH_REDIS_URL` name servers to measure on; without them an embedded PostgreSQL
 * is started, and a Redis where `redis-server` is installed. Nothing else of the environment is used.
 */
export async function startServers(progress: Progress): Promise<BenchServers> {
  const environment = processEnvironment()
  const givenUrl = environment['BENCH_DATABASE_URL']
  const postgres = givenUrl
    ? { url: givenUrl, detach: async () => {} }
    : await startEmbeddedPostgres({ dataDir: join('.data', 'bench', 'postgres'), log: progress })
  const givenRedis = environment['BENCH_REDIS_URL']
  const redis = givenRedis ? { url: givenRedis, stop: async () => {} } : await ownRedis()
  const [row] = await query(postgres.url, 'SHOW server_version')
  return {
    redisUrl: redis?.url ?? null,
    postgresVersion: String(row?.['server_version']),
    async freshDatabase() {
      const name = `huifang_bench_${randomBytes(4).toString('hex')}`
      await query(postgres.url, `CREATE DATABASE ${name}`)
      const url = new URL(postgres.url)
      url.pathname = `/${name}`
      await migrateDatabase(url.href)
      return {
        url: url.href,
        drop: async () =>
          void (await query(postgres.url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)),
      }
    },
    async stop() {
      await redis?.stop()
      await postgres.detach()
    },
  }
}

/** One statement on a connection of its own. */
export async function query(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows
  } finally {
    await client.end()
  }
}
