import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { migrateDatabase } from '../../src/foundation/migrate.ts'
import { testEnv } from './env.ts'
import { attachServer } from './server.ts'
import { dropForced, named, query } from './sql.ts'

/** A server for one run of the tests. */
export interface TestServer {
  /** Connects to it as a role that may create databases. */
  url: string
  stop: () => Promise<void>
}

/** What the global set-up tells the test files. */
export interface TestDatabases {
  url: string
  /** A migrated database that nobody connects to, to be copied. */
  template: string
  /** All databases of this run begin with it. */
  prefix: string
}

declare module 'vitest' {
  interface ProvidedContext {
    databases: TestDatabases
  }
}

/** An empty, migrated database of one's own. */
export interface TestDatabase {
  /** The owner's connection URL. */
  url: string
  /** Drops it, cutting what is still connected. */
  drop: () => Promise<void>
}

/** The server of TEST_DATABASE_URL, else an embedded one, shared with other runs at the same time. */
export async function testServer(log: (line: string) => void): Promise<TestServer> {
  if (testEnv.databaseUrl !== undefined) {
    return { url: testEnv.databaseUrl, stop: () => Promise.resolve() }
  }
  const { url, leave } = await attachServer('test-postgres', log)
  await dropAbandoned(url)
  return { url, stop: leave }
}

/** Makes the template of this run. */
export async function prepareDatabases({ url }: TestServer): Promise<TestDatabases> {
  const prefix = `huifang_test_${process.pid}_${randomBytes(3).toString('hex')}_`
  const template = `${prefix}template`
  await query(url, `CREATE DATABASE ${template}`)
  await migrateDatabase(named(url, template))
  // Not even autovacuum may connect: a database with sessions cannot be copied.
  await query(url, `ALTER DATABASE ${template} ALLOW_CONNECTIONS false`)
  return { url, template, prefix }
}

/** Drops whatever the run left. */
export async function dropDatabases({ url, prefix }: TestDatabases): Promise<void> {
  await dropAll(url, (name) => name.startsWith(prefix))
}

/**
 * A new database for a test or a test file (tens of milliseconds); in files called `*.db.test.ts` only. Its
 * server plans each statement once for all values, as it comes to do where statements stay prepared for long.
 */
export async function freshDatabase(): Promise<TestDatabase> {
  const { url, template, prefix } = inject('databases')
  const name = prefix + randomBytes(5).toString('hex')
  await query(url, `CREATE DATABASE ${name} TEMPLATE ${template}`)
  await query(url, `ALTER DATABASE ${name} SET plan_cache_mode = force_generic_plan`)
  return {
    url: named(url, name),
    drop: () => dropForced(url, name),
  }
}

/** Those of runs that were killed. The embedded server is on this machine, so the pid in the name tells. */
async function dropAbandoned(url: string): Promise<void> {
  await dropAll(url, (name) => {
    const pid = Number(/^huifang_test_(\d+)_/.exec(name)?.[1] ?? 0)
    return pid > 0 && !isAlive(pid)
  })
}

async function dropAll(url: string, isOurs: (name: string) => boolean): Promise<void> {
  const rows = await query(
    url,
    `SELECT datname FROM pg_database WHERE datname LIKE 'huifang_test_%'`,
  )
  for (const name of rows.map(({ datname }) => String(datname)).filter(isOurs)) {
    await dropForced(url, name)
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
