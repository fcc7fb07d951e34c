import { spawn } from 'node:child_process'
import { createServer, type AddressInfo } from 'node:net'
import { open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import { stopwatch } from '../../foundation/clock.ts'
import { owner } from './cluster.ts'
import { EmbeddedPostgresError, explainFailure } from './errors.ts'
import type { Identity } from './identity.ts'
import { allWith, carries, signal } from './processes.ts'

/** One data folder's server. `cluster` is its PostgreSQL data directory, all links resolved. */
export interface Server {
  identity: Identity
  dataDir: string
  cluster: string
  password: string
  /** By which its processes are known, see processes.ts. */
  mark: string
  log: (line: string) => void
}

const tooManyConnections = '53300'

const settings = {
  listen_addresses: '127.0.0.1',
  // No unix socket: its path may have 107 bytes at most, which a folder of ours can exceed.
  unix_socket_directories: '',
  max_connections: 300,
  shared_buffers: '128MB',
  // As safe as in production: a commit is on the disk before it is answered.
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  max_wal_size: '1GB',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // What the server itself did, but no failed statement of a session: those can name citizens.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
}

/** The owner's connection URL. */
export function urlOf(server: Server, port: number): string {
  return `postgresql://${owner}:${server.password}@127.0.0.1:${port}/${owner}`
}

/** The port of the running server (started by whomever), or null; waits while it is starting or stopping. */
export async function findRunning(server: Server): Promise<number | null> {
  const sayIfSlow = sayEveryTenSeconds(server.log, 'Waiting for PostgreSQL to be ready')
  for (;;) {
    const postmaster = await readPostmaster(server.cluster)
    if (postmaster === null || !(await carries(postmaster.pid, server.mark))) return null
    if (postmaster.status === 'ready' && (await answers(urlOf(server, postmaster.port)))) {
      return postmaster.port
    }
    sayIfSlow()
    await pause(20)
  }
}

/** Starts the server after `findRunning` said there is none; returns its port. */
export async function startServer(server: Server): Promise<number> {
  await clearRemains(server)
  const elapsed = stopwatch()
  let wanted = await lastPort(server.dataDir)
  for (;;) {
    const port = await freePort(wanted)
    const failure = await launch(server, port)
    if (failure === null) {
      await writeFile(join(server.dataDir, 'port'), `${port}\n`)
      return port
    }
    // Somebody took the port in between; or a postmaster that was killed has children who still go,
    // or a starter that was killed left one that had not yet written its pid.
    const another = /could not bind|Address already in use/.test(failure)
    const again = another || /already exists|pre-existing shared memory/.test(failure)
    if (!again || elapsed() > 30_000) {
      throw explainFailure('Starting PostgreSQL', server.dataDir, failure)
    }
    if (another) wanted = 0
    await pause(200)
    const running = await findRunning(server)
    if (running !== null) return running
  }
}

/** Stops the server, if it runs, after the commits in flight; returns when it is gone. */
export async function stopServer({
  cluster,
  mark,
  log,
}: Pick<Server, 'cluster' | 'mark' | 'log'>): Promise<void> {
  const postmaster = await readPostmaster(cluster)
  if (postmaster === null || !(await carries(postmaster.pid, mark))) return
  const { pid } = postmaster
  signal(pid, 'SIGINT')
  const elapsed = stopwatch()
  const sayIfSlow = sayEveryTenSeconds(log, 'Waiting for PostgreSQL to stop')
  while (await carries(pid, mark)) {
    if (elapsed() > 60_000) {
      throw new EmbeddedPostgresError(
        `PostgreSQL (process ${pid}) does not stop.`,
        `Its data is safe in any case: "kill -9 ${pid}", the next start repairs it.`,
      )
    }
    sayIfSlow()
    await pause(20)
  }
}

/** Starts one and waits until it serves (null) or is gone (what it said). */
async function launch(server: Server, port: number): Promise<string | null> {
  const { identity, dataDir, cluster, mark } = server
  const logFile = join(dataDir, 'server.log')
  await rename(logFile, `${logFile}.1`).catch(() => {})
  const output = await open(logFile, 'a', 0o600)
  const flags = Object.entries({ ...settings, cluster_name: mark, port }).flatMap(([k, v]) => [
    '-c',
    `${k}=${v}`,
  ])
  const { file, args, options } = identity.command('postgres', ['-D', cluster, ...flags])
  // Detached: Ctrl-C goes to the whole process group of the terminal, and the database must be
  // the last to leave.
  const child = spawn(file, args, {
    ...options,
    cwd: '/',
    detached: true,
    stdio: ['ignore', output.fd, output.fd],
  })
  let spawnError = ''
  child.on('error', (error) => (spawnError = String(error)))
  child.unref()
  await output.close()

  const sayIfSlow = sayEveryTenSeconds(server.log, 'Waiting for PostgreSQL to recover')
  while (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    const postmaster = await readPostmaster(cluster)
    if (postmaster?.pid === child.pid && postmaster.status === 'ready') {
      if (await answers(urlOf(server, port))) return null
    }
    sayIfSlow()
    await pause(10)
  }
  return spawnError + (await readFile(logFile, 'utf8'))
}

/** Whether the server serves its owner; false while it starts or stops. Throws if it refuses for good. */
async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    return true
  } catch (error) {
    const { code = '' } = error as { code?: string }
    if (code === tooManyConnections) return true
    if (!/^[0-9A-Z]{5}$/.test(code) || code.startsWith('57')) return false
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL refuses its owner: ${(error as Error).message}`,
      'Somebody changed the role, the database or the owner-password file. Change it back, or delete the data folder if it holds nothing you need.',
      error,
    )
  } finally {
    await client.end().catch(() => {})
  }
}

/** After kill -9 of the postmaster: ends the sessions that it left, so that they do not keep the cluster from starting. */
async function clearRemains({ cluster, mark }: Server): Promise<void> {
  const elapsed = stopwatch()
  for (let left = await allWith(mark); left.length > 0; left = await allWith(mark)) {
    for (const pid of left) signal(pid, elapsed() < 5_000 ? 'SIGQUIT' : 'SIGKILL')
    await pause(20)
  }
  // PostgreSQL takes any living process of that number for its predecessor and refuses to start.
  const stale = await readPostmaster(cluster)
  if (process.platform === 'linux' && stale !== null && signal(stale.pid, 0)) {
    await rm(join(cluster, 'postmaster.pid'), { force: true })
  }
}

interface Postmaster {
  pid: number
  port: number
  status: string
}

async function readPostmaster(cluster: string): Promise<Postmaster | null> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '')
  const [pid, , , port, , , , status] = text.split('\n')
  if (pid === undefined || !/^\d+$/.test(pid)) return null
  return { pid: Number(pid), port: Number(port), status: status?.trim() ?? '' }
}

async function lastPort(dataDir: string): Promise<number> {
  const text = await readFile(join(dataDir, 'port'), 'utf8').catch(() => '')
  return /^\d{4,5}\n$/.test(text) ? Number(text) : 0
}

/** The wanted port if it is free (others who were connected find the server again), else any. */
function freePort(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', (error) => {
      if (wanted === 0) reject(explainFailure('Looking for a free port', '', String(error)))
      else resolve(freePort(0))
    })
    probe.listen({ host: '127.0.0.1', port: wanted, exclusive: true }, () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
}

function sayEveryTenSeconds(log: (line: string) => void, what: string): () => void {
  const elapsed = stopwatch()
  let said = 0
  return () => {
    if (elapsed() < (said + 1) * 10_000) return
    said++
    log(`${what} (${said * 10} s so far)`)
  }
}
