import { chmod, cp, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { findBinaries } from './binaries.ts'
import { EmbeddedPostgresError, explainFailure } from './errors.ts'
import { environment, runToEnd, type Command } from './programs.ts'

/** As whom PostgreSQL runs, from which binaries and where its files lie: it refuses to run as root. */
export interface Identity {
  /** The folder that holds the cluster: the data folder itself, or one that its user can reach. */
  home: string
  /** Who owns the files; null: whoever we are. */
  owner: User | null
  /** How to start one of its programs. */
  command(program: string, args: string[]): Command
}

export interface User {
  uid: number
  gid: number
}

/** Where things go that an unprivileged user must reach although the data folder is out of its reach. */
const publicPlace = '/var/lib/huifang'
const pointerName = 'elsewhere'

/**
 * Decides how PostgreSQL can run here. Root's way is a user namespace in which root is `nobody`
 * (nothing moves, a 0700 home is no obstacle); where the system forbids those, a real `nobody`, with
 * the binaries and the data copied to or made in /var/lib/huifang if they are out of its reach.
 */
export async function chooseIdentity(
  dataDir: string,
  log: (line: string) => void,
  userNamespaces = true,
): Promise<Identity> {
  const binaries = findBinaries()
  if (process.getuid?.() !== 0) return direct(dataDir, binaries)

  const home = await homeOf(dataDir)
  const madeBy = await ownerOf(join(home, 'cluster'))
  if (madeBy !== null && madeBy.uid !== 0) return unprivileged(dataDir, binaries, madeBy, log)

  const nobody = await findNobody()
  if (userNamespaces && (await namespaceWorks(binaries, nobody))) {
    return namespaced(home, binaries, nobody)
  }
  return unprivileged(dataDir, binaries, nobody, log)
}

/** The folder in which the cluster of this data folder lies. */
export async function homeOf(dataDir: string): Promise<string> {
  try {
    return (await readFile(join(dataDir, pointerName), 'utf8')).trim()
  } catch {
    return dataDir
  }
}

function direct(home: string, binaries: string): Identity {
  return {
    home,
    owner: null,
    command: (program, args) => ({
      file: join(binaries, 'bin', program),
      args,
      options: { env: environment },
    }),
  }
}

function namespaced(home: string, binaries: string, user: User): Identity {
  // The user must be one that exists: initdb looks its name up.
  const flags = ['--user', `--map-user=${user.uid}`, `--map-group=${user.gid}`]
  return {
    home,
    owner: null,
    command: (program, args) => ({
      file: 'unshare',
      args: [...flags, join(binaries, 'bin', program), ...args],
      options: { env: environment },
    }),
  }
}

async function namespaceWorks(binaries: string, user: User): Promise<boolean> {
  const probe = namespaced('', binaries, user).command('initdb', ['--version'])
  return (await runToEnd(probe)).code === 0
}

async function unprivileged(
  dataDir: string,
  binaries: string,
  user: User,
  log: (line: string) => void,
): Promise<Identity> {
  const { uid, gid } = user
  const options = { env: environment, uid, gid }
  const runs = async (native: string): Promise<boolean> => {
    const file = join(native, 'bin/initdb')
    return (await runToEnd({ file, args: ['--version'], options })).code === 0
  }
  const reaches = async (folder: string): Promise<boolean> => {
    const args = ['-c', 'test -x "$0"', folder]
    return (await runToEnd({ file: 'sh', args, options })).code === 0
  }

  let native = binaries
  if (!(await runs(native))) {
    native = await publicCopy(binaries, log)
    if (!(await runs(native))) {
      throw explainFailure(`Running PostgreSQL from ${native} as user ${uid}`, native, '')
    }
  }
  let home = await homeOf(dataDir)
  if (!(await reaches(home))) {
    if ((await ownerOf(join(home, 'cluster'))) !== null) throw outOfReach(home)
    home = await publicHome(dataDir)
    log(
      `PostgreSQL cannot run as root, and no other user reaches ${dataDir}: its files are in ${home}`,
    )
  }
  return {
    home,
    owner: user,
    command: (program, args) => ({ file: join(native, 'bin', program), args, options }),
  }
}

/** Rather than start an empty database in another place. */
function outOfReach(home: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `PostgreSQL does not run as root, this system has no user namespaces (any more), and no other user reaches the data in ${home}.`,
    `Let other users pass through the folders above it ("chmod o+x"), or delete ${home} if it holds nothing you need.`,
  )
}

async function publicCopy(binaries: string, log: (line: string) => void): Promise<string> {
  const { version } = JSON.parse(await readFile(join(binaries, '../package.json'), 'utf8')) as {
    version: string
  }
  const target = join(publicPlace, `postgresql-${version}`)
  if ((await ownerOf(target)) !== null) return target
  log(`Copying the PostgreSQL binaries to ${target}, where another user than root reaches them`)
  const fresh = await makePublic('copying-')
  await cp(binaries, fresh, { recursive: true, verbatimSymlinks: true })
  // Two processes may copy at once (for two data folders); whoever is second keeps the first copy.
  await rename(fresh, target).catch(() => rm(fresh, { recursive: true, force: true }))
  return target
}

async function publicHome(dataDir: string): Promise<string> {
  const home = await makePublic(`${basename(dirname(dataDir))}-`)
  await writeFile(join(dataDir, pointerName), `${home}\n`)
  return home
}

async function makePublic(prefix: string): Promise<string> {
  await mkdir(publicPlace, { recursive: true })
  await chmod(publicPlace, 0o755)
  const folder = await mkdtemp(join(publicPlace, prefix))
  await chmod(folder, 0o755)
  return folder
}

async function findNobody(): Promise<User> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'))
  const entry = lines.find(([name]) => name === 'nobody')
  const uid = Number(entry?.[2])
  const gid = Number(entry?.[3])
  if (!(uid > 0 && gid > 0)) {
    throw new EmbeddedPostgresError(
      'PostgreSQL does not run as root, and /etc/passwd has no user "nobody" to run it as.',
      'Run as an ordinary user, or set DATABASE_URL to a PostgreSQL server of your own.',
    )
  }
  return { uid, gid }
}

async function ownerOf(path: string): Promise<User | null> {
  try {
    const { uid, gid } = await stat(path)
    return { uid, gid }
  } catch {
    return null
  }
}
