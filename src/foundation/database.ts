import { CamelCasePlugin, Kysely, PostgresDialect, sql, type Transaction } from 'kysely'
import { Pool, TypeOverrides, type PoolConfig } from 'pg'
import { appRole } from './app-client.ts'
import type { DB } from './db-types.ts'
import { keepPrepared } from './prepared.ts'

/** The schema of BullMQ's PostgreSQL backend. */
export const queueSchema = 'bullmq'

export type Database = Kysely<DB>
export type Tx = Transaction<DB>
/** For verbs that may run on their own or inside somebody's transaction. */
export type Queryable = Database | Tx

// bigint arrives as text by default; ours count rows and stay far below 2^53.
const types = new TypeOverrides()
types.setTypeParser(20, Number)
// Dates without a time stay text: a Date would shift them by the zone.
types.setTypeParser(1082, (text) => text)

/**
 * A pool whose sessions act as the app's role, whoever logged in. A connection that the server cuts is replaced
 * at its next use; without listeners Node would exit. The pool listens to idle ones alone: one that is cut
 * between two statements needs its own.
 */
function appPool(url: string, config: PoolConfig, settings: readonly string[] = []): Pool {
  const pool = new Pool({
    ...config,
    connectionString: url,
    options: [`-c role=${appRole}`, ...settings].join(' '),
    keepAlive: true,
  })
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

/** A pool for BullMQ's PostgreSQL backend, which finds its tables by the search path. It waits for a connection for ever. */
export function queuePool(url: string, options: { max: number }): Pool {
  return appPool(url, options, [`-c search_path=${queueSchema}`])
}

export function openDatabase(url: string, options: { max: number }): Database {
  const pool = appPool(url, {
    ...options,
    types,
    connectionTimeoutMillis: 10_000,
    // A new connection reads the catalogue and plans every statement anew: the first case after a quiet while
    // would wait for several of them.
    idleTimeoutMillis: 30 * 60_000,
  })
  pool.on('connect', keepPrepared)
  return new Kysely<DB>({
    dialect: new PostgresDialect({ pool }),
    // Keys inside JSON are data (reasons, ratings): only columns are renamed.
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  })
}

/** `= anyOf(ids)`: one of these ids. One parameter however many they are, so the statement stays the same. */
export function anyOf(ids: readonly string[]) {
  return sql<string>`ANY(${[...ids]}::uuid[])`
}

/** The database's own clock plus so many seconds, as an expression: leases and due times never trust a machine's clock. */
export function nowPlus(seconds: number) {
  return sql<Date>`now() + make_interval(secs => ${seconds})`
}

// SQLSTATE classes: connection, rolled back by others (deadlock), out of resources, lock not to be had,
// stopped by an operator, system error.
const passingStates = /^(?:08|40|53|55|57|58)/

/** Whether what failed may succeed later: the database was away or busy, and the input is not to blame. */
export function isPassingFault(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown }
  if (typeof code === 'string') return passingStates.test(code) || /^E[A-Z]+$/.test(code)
  return /^(?:Connection terminated|timeout exceeded|Client has)/i.test(String(message))
}
