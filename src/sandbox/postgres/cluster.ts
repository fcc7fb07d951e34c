import { randomBytes } from 'node:crypto'
import { chown, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { explainFailure, majorMismatch } from './errors.ts'
import type { Identity } from './identity.ts'
import { environment, runToEnd } from './programs.ts'

/** The role that owns everything, and its database. Like a production owner it is no superuser. */
export const owner = 'huifang'

const passwordFile = 'owner-password'
const unfinished = 'making-'

/** Makes sure that there is a cluster to start; returns its folder. Call it under the lock. */
export async function ensureCluster(
  identity: Identity,
  dataDir: string,
  log: (line: string) => void,
): Promise<string> {
  const cluster = join(identity.home, 'cluster')
  const version = await runToEnd(identity.command('postgres', ['--version']))
  const major = /\) (\d+)/.exec(version.output)?.[1]
  if (major === undefined) throw explainFailure('Running PostgreSQL', dataDir, version.output)

  const found = await majorOf(cluster)
  if (found === null) {
    log(`Making a PostgreSQL ${major} database in ${cluster}`)
    await make(identity, dataDir, cluster)
  } else if (found !== major) {
    throw majorMismatch(cluster, found, major)
  }
  await giveToOwner(identity, cluster)
  return cluster
}

/** The owner's password of a finished cluster. */
export async function readPassword(cluster: string): Promise<string> {
  return (await readFile(join(cluster, passwordFile), 'utf8')).trim()
}

async function majorOf(cluster: string): Promise<string | null> {
  try {
    return (await readFile(join(cluster, 'PG_VERSION'), 'utf8')).trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** All under another name until it is complete, so that whoever is killed on the way leaves no half of a cluster. */
async function make(identity: Identity, dataDir: string, cluster: string): Promise<void> {
  const { home } = identity
  for (const name of await readdir(home)) {
    // An initdb whose starter was killed may still be writing there: what cannot go now goes later.
    if (name.startsWith(unfinished)) {
      await rm(join(home, name), { recursive: true, force: true }).catch(() => {})
    }
  }
  const fresh = await mkdtemp(join(home, unfinished))
  try {
    if (identity.owner !== null) await chown(fresh, identity.owner.uid, identity.owner.gid)
    const flags = `--username=postgres --auth=reject --no-instructions --encoding=UTF8
      --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8`.split(/\s+/)
    const made = await runToEnd(identity.command('initdb', ['-D', fresh, ...flags]))
    if (made.code !== 0) throw explainFailure('Making the database', dataDir, made.output)

    const password = randomBytes(24).toString('hex')
    await addOwner(identity, dataDir, fresh, password)
    await writeFile(join(fresh, passwordFile), `${password}\n`, { mode: 0o600 })
    await writeFile(join(fresh, 'pg_hba.conf'), 'host all all 127.0.0.1/32 scram-sha-256\n')
    await rename(fresh, cluster)
  } catch (error) {
    await rm(fresh, { recursive: true, force: true }).catch(() => {})
    throw error
  }
}

/** Without a running server, and the password neither on a command line nor in a log; the superuser gets none and cannot log in. */
async function addOwner(
  identity: Identity,
  dataDir: string,
  cluster: string,
  password: string,
): Promise<void> {
  const quiet = ['-c', 'log_min_error_statement=panic', '-c', 'log_checkpoints=off']
  const single = identity.command('postgres', ['--single', '-D', cluster, ...quiet, 'template1'])
  const statements = [
    `CREATE ROLE ${owner} LOGIN CREATEDB CREATEROLE PASSWORD '${password}'`,
    `CREATE DATABASE ${owner} OWNER ${owner}`,
  ]
  const { code, output } = await runToEnd(single, `${statements.join('\n')}\n`)
  // A single-user server goes on, and ends well, after a statement that failed.
  if (code !== 0 || /ERROR|FATAL|PANIC/.test(output)) {
    throw explainFailure('Making the database', dataDir, output)
  }
}

/** As root the cluster may have been made inside a user namespace, which this time is not to be had. */
async function giveToOwner(identity: Identity, cluster: string): Promise<void> {
  if (identity.owner === null) return
  const { uid, gid } = identity.owner
  const settled = await stat(join(cluster, passwordFile))
  if (settled.uid === uid) return
  const { code, output } = await runToEnd({
    file: 'chown',
    args: ['-R', `${uid}:${gid}`, cluster],
    options: { env: environment },
  })
  if (code !== 0) throw explainFailure(`Giving ${cluster} to user ${uid}`, cluster, output)
}
