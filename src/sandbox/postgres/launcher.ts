import { mkdir, readdir, realpath, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { stopwatch } from '../../foundation/clock.ts'
import { ensureCluster, readPassword } from './cluster.ts'
import { EmbeddedPostgresError, explainFailure } from './errors.ts'
import { chooseIdentity, homeOf } from './identity.ts'
import { holdAlone, holdShared, oneAtATime } from './locks.ts'
import { markOf } from './processes.ts'
import { findRunning, startServer, stopServer, urlOf, type Server } from './server.ts'

export interface EmbeddedOptions {
  /** The server's own folder; made if it is missing. */
  dataDir: string
  /** Progress for the operator, one English line at a time. */
  log: (line: string) => void
  /** False: do as if the system had no user namespaces. */
  userNamespaces?: boolean
}

export interface EmbeddedPostgres {
  /** The owner's connection URL (role and database `huifang`, no superuser, may create roles and databases). */
  url: string
  /** Says that this caller is done with the server; stops it if nobody else is attached. May be called twice. */
  detach: () => Promise<void>
}

/**
 * Attaches to the PostgreSQL server of a data folder, starting it if it does not run. The last one
 * to detach stops it. A process that is killed counts as detached; the server that it may leave
 * running is taken over by the next one to attach. After a crash of the server this starts it again,
 * on the same port if that is still free. Throws EmbeddedPostgresError.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const { log } = options
  return underLock(options, async (dataDir) => {
    const identity = await chooseIdentity(dataDir, log, options.userNamespaces)
    const cluster = await realpath(await ensureCluster(identity, dataDir, log))
    const password = await readPassword(cluster)
    const server = { identity, dataDir, cluster, password, mark: markOf(cluster, password), log }
    const port = (await findRunning(server)) ?? (await start(server))

    const attached = holdShared(attachedLock(dataDir))!
    let detached: Promise<void> | null = null
    return {
      url: urlOf(server, port),
      detach: () => {
        attached.release()
        return (detached ??= stopIfLast(options, server))
      },
    }
  })
}

/**
 * Empties a data folder, and whatever of it lies elsewhere, after stopping a server that was left
 * behind. Throws EmbeddedPostgresError while anybody is attached.
 */
export async function removeEmbeddedPostgres(options: EmbeddedOptions): Promise<void> {
  await underLock(options, async (dataDir) => {
    if (!nobodyAttached(dataDir)) {
      throw new EmbeddedPostgresError(
        `The database in ${dataDir} is in use.`,
        'Stop the processes that use it first.',
      )
    }
    const home = await homeOf(dataDir)
    const cluster = await realpath(join(home, 'cluster')).catch(() => null)
    if (cluster !== null) {
      const mark = markOf(cluster, await readPassword(cluster))
      await stopServer({ cluster, mark, log: options.log })
    }
    if (home !== dataDir) await rm(home, { recursive: true, force: true })
    for (const name of await readdir(dataDir)) {
      // The locks stay: somebody may be waiting for them.
      if (!name.endsWith('.lock')) await rm(join(dataDir, name), { recursive: true, force: true })
    }
  })
}

async function start(server: Server): Promise<number> {
  const elapsed = stopwatch()
  const port = await startServer(server)
  const seconds = (elapsed() / 1000).toFixed(1)
  server.log(`PostgreSQL runs on 127.0.0.1:${port}, started in ${seconds} s from ${server.cluster}`)
  return port
}

async function stopIfLast(options: EmbeddedOptions, server: Server): Promise<void> {
  await underLock(options, async (dataDir) => {
    if (!nobodyAttached(dataDir)) return
    await stopServer(server)
    server.log('PostgreSQL has stopped')
  })
}

/** Only under the lock, where nobody can attach meanwhile. */
function nobodyAttached(dataDir: string): boolean {
  const alone = holdAlone(attachedLock(dataDir))
  alone?.release()
  return alone !== null
}

const attachedLock = (dataDir: string): string => join(dataDir, 'attached.lock')

/** Does `work` as the only one who starts, stops or removes this folder's server; makes advice of what the file system answers. */
async function underLock<T>(
  options: EmbeddedOptions,
  work: (dataDir: string) => Promise<T>,
): Promise<T> {
  const path = resolve(options.dataDir)
  try {
    await mkdir(path, { recursive: true })
    const dataDir = await realpath(path)
    return await oneAtATime(
      join(dataDir, 'starting.lock'),
      () => options.log('Waiting for another process that starts or stops this database'),
      () => work(dataDir),
    )
  } catch (error) {
    if (error instanceof EmbeddedPostgresError) throw error
    throw explainFailure('Preparing the embedded PostgreSQL', path, String(error))
  }
}
