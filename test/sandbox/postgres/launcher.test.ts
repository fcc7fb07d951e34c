import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { removeEmbeddedPostgres } from '../../../src/sandbox/postgres/launcher.ts'
import { ask, attach, isAlive, postmasterOf, until, type Attached } from './processes.ts'

const isRoot = process.getuid?.() === 0
const quiet = (): void => {}

let base: string
let dataDir: string
let cluster: string
const started: Attached[] = []

function begin(...options: Parameters<typeof attach>): Attached {
  const attached = attach(...options)
  started.push(attached)
  return attached
}

beforeAll(async () => {
  // Every path of these tests has a space and characters beyond ASCII.
  base = await mkdtemp(join(tmpdir(), 'huifang 回访 '))
  await chmod(base, 0o755)
  dataDir = join(base, 'data')
  cluster = join(dataDir, 'cluster')
})

afterEach(async () => {
  for (const attached of started.splice(0)) await attached.kill()
})

afterAll(async () => {
  await removeEmbeddedPostgres({ dataDir, log: quiet })
  await rm(base, { recursive: true, force: true })
})

describe('the first starts, others attach, the last stops', () => {
  test('two processes that come at the same moment share one server, and the last to go stops it', async () => {
    const pair = [begin(dataDir), begin(dataDir)] as const
    const [url, other] = await Promise.all(pair.map((each) => each.url))
    expect(other).toBe(url)
    const postmaster = await postmasterOf(cluster)

    await pair[0].detach()
    expect(await ask(url!, 'SELECT 1')).toEqual([[1]])
    await pair[1].detach()
    expect(await isAlive(postmaster)).toBe(false)
  })

  test('what was committed is there again at the next start', async () => {
    const first = begin(dataDir)
    await ask(await first.url, 'CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)')
    await first.detach()
    const second = begin(dataDir)
    expect(await ask(await second.url, 'SELECT id FROM kept')).toEqual([[7]])
    await second.detach()
  })

  test('ten processes that come and go at once leave nothing running', async () => {
    const crowd = Array.from({ length: 10 }, () => begin(dataDir))
    await Promise.all(
      crowd.map(async (each) => {
        expect(await ask(await each.url, 'SELECT 1')).toEqual([[1]])
        await each.detach()
      }),
    )
    await expect(stat(join(cluster, 'postmaster.pid'))).rejects.toThrow('ENOENT')
  }, 60_000)

  test('it outlives a Ctrl-C that reaches the whole process group of its starter', async () => {
    const starter = begin(dataDir)
    const url = await starter.url
    process.kill(-starter.pid, 'SIGINT')
    expect(await starter.event('signal')).toBe('SIGINT')
    expect(await ask(url, 'SELECT 1')).toEqual([[1]])
    await starter.detach()
  })
})

describe('after kill -9', () => {
  test('of its starter the server is taken over by the next, and stopped by it', async () => {
    const starter = begin(dataDir)
    await starter.url
    const postmaster = await postmasterOf(cluster)
    await starter.kill()
    expect(await isAlive(postmaster)).toBe(true)

    const heir = begin(dataDir)
    expect(await ask(await heir.url, 'SELECT 1')).toEqual([[1]])
    expect(await postmasterOf(cluster)).toBe(postmaster)
    await heir.detach()
    expect(await isAlive(postmaster)).toBe(false)
  })

  test('of its starter, somebody else who is still attached keeps it', async () => {
    const starter = begin(dataDir)
    await starter.url
    const other = begin(dataDir)
    const url = await other.url
    await starter.kill()
    const passerBy = begin(dataDir)
    await passerBy.url
    await passerBy.detach()
    expect(await ask(url, 'SELECT 1')).toEqual([[1]])
    await other.detach()
  })

  test('of PostgreSQL itself the next start repairs it, on the same port', async () => {
    const victim = begin(dataDir)
    const url = await victim.url
    await ask(url, 'CREATE TABLE survived (id int); INSERT INTO survived VALUES (1)')
    // A session that is busy does not notice by itself that its server is gone.
    const busy = ask(url, 'SELECT count(*) FROM generate_series(1, 100000000000)').catch(String)
    await until(async () => {
      const active = `SELECT count(*)::int FROM pg_stat_activity WHERE state = 'active'`
      return (await ask(url, active))[0]?.[0] === 2
    })
    process.kill(await postmasterOf(cluster), 'SIGKILL')

    const next = begin(dataDir)
    expect(await next.url).toBe(url)
    expect(await ask(url, 'SELECT id FROM survived')).toEqual([[1]])
    expect(await busy).toContain('terminat')
    await next.detach()
    await victim.detach()
  })

  test('a pid file whose number now belongs to a stranger does not keep it from starting', async () => {
    const last = begin(dataDir)
    await last.url
    const file = join(cluster, 'postmaster.pid')
    const [, ...rest] = (await readFile(file, 'utf8')).split('\n')
    await last.detach()
    await writeFile(file, [process.pid, ...rest].join('\n'))

    const next = begin(dataDir)
    expect(await ask(await next.url, 'SELECT 1')).toEqual([[1]])
    await next.detach()
    expect(await isAlive(process.pid)).toBe(true)
  })

  test('in the middle of making the database, the next makes it whole', async () => {
    const half = join(base, 'half')
    const starter = begin(half)
    expect(await starter.event('log')).toContain('Making a PostgreSQL')
    await starter.kill()
    const next = begin(half)
    expect(await ask(await next.url, 'SELECT 1')).toEqual([[1]])
    await next.detach()
  })
})

describe('what it is', () => {
  test('durable, with room for 300 sessions, in UTF-8, and nobody is superuser', async () => {
    const { url, detach } = begin(dataDir)
    const shown = `SELECT name, setting FROM pg_settings WHERE name IN
      ('fsync', 'synchronous_commit', 'full_page_writes', 'max_connections', 'listen_addresses',
       'server_encoding')`
    expect(Object.fromEntries(await ask(await url, shown))).toEqual({
      fsync: 'on',
      synchronous_commit: 'on',
      full_page_writes: 'on',
      max_connections: '300',
      listen_addresses: '127.0.0.1',
      server_encoding: 'UTF8',
    })
    expect(
      await ask(
        await url,
        `SELECT rolsuper, datlocprovider, datlocale FROM pg_roles, pg_database
         WHERE rolname = current_user AND datname = current_database()`,
      ),
    ).toEqual([[false, 'b', 'C.UTF-8']])
    await detach()
  })

  test('its password is readable by its user alone, and a wrong one is refused', async () => {
    const { url, detach } = begin(dataDir)
    expect((await stat(join(cluster, 'owner-password'))).mode & 0o777).toBe(0o600)
    const wrong = (await url).replace(/:[0-9a-f]+@/, ':wrong@')
    await expect(ask(wrong, 'SELECT 1')).rejects.toThrow('password authentication failed')
    await detach()
  })

  test('law 10: its log says nothing of what a statement held', async () => {
    const { url, detach } = begin(dataDir)
    const insert = `CREATE TABLE named (phone text PRIMARY KEY);
      INSERT INTO named VALUES ('13812345678'), ('13812345678')`
    await expect(ask(await url, insert)).rejects.toThrow('duplicate key')
    await expect(ask(await url, `SELECT '13812345678x'::bigint`)).rejects.toThrow('invalid input')
    await detach()
    expect(await readFile(join(dataDir, 'server.log'), 'utf8')).not.toContain('138123')
  })

  test.skipIf(process.platform !== 'linux')('none of our environment goes with it', async () => {
    const { url, detach } = begin(dataDir)
    await url
    const environ = await readFile(`/proc/${await postmasterOf(cluster)}/environ`, 'utf8')
    const names = environ.split('\0').map((entry) => entry.split('=')[0])
    expect(names.filter((name) => /^[A-Z]/.test(name ?? ''))).not.toContain('HOME')
    await detach()
  })
})

describe('removing', () => {
  test('is refused while somebody is attached; stops a server that was left behind; the next start is fresh', async () => {
    const gone = join(base, 'gone')
    const user = begin(gone)
    const url = await user.url
    await expect(removeEmbeddedPostgres({ dataDir: gone, log: quiet })).rejects.toThrow('in use')
    await ask(url, 'CREATE TABLE kept (id int)')
    const postmaster = await postmasterOf(join(gone, 'cluster'))
    await user.kill()
    await removeEmbeddedPostgres({ dataDir: gone, log: quiet })
    expect(await isAlive(postmaster)).toBe(false)

    const next = begin(gone)
    expect(await ask(await next.url, `SELECT to_regclass('kept')`)).toEqual([[null]])
    await next.detach()
  })
})

describe('what cannot work is said with a way out', () => {
  test('data of another major version', async () => {
    const version = join(cluster, 'PG_VERSION')
    const ours = await readFile(version, 'utf8')
    await writeFile(version, '17\n')
    await expect(begin(dataDir).url).rejects.toThrow(/made by PostgreSQL 17.*DATABASE_URL/s)
    await writeFile(version, ours)
  })

  test('a file where the data folder should be', async () => {
    const file = join(base, 'a file')
    await writeFile(file, '')
    await expect(begin(file).url).rejects.toThrow(/EEXIST.*DATABASE_URL/s)
  })
})

describe.skipIf(!isRoot)('as root (left out for any other user)', () => {
  test.each([
    ['in a user namespace, in a 0700 folder', true, 0o700],
    ['as nobody, in a folder that everybody reaches', false, 0o755],
    ['as nobody, from a copy, in a 0700 folder', false, 0o700],
  ])('%s', async (name, namespaces, mode) => {
    const home = join(base, name)
    await mkdir(home)
    await chmod(home, mode)
    const own = join(home, 'data')
    const first = begin(own, namespaces)
    await ask(await first.url, 'CREATE TABLE kept (id int)')
    await first.kill()
    const heir = begin(own, namespaces)
    expect(await ask(await heir.url, `SELECT to_regclass('kept') IS NULL`)).toEqual([[false]])
    await heir.detach()
    await removeEmbeddedPostgres({ dataDir: own, log: quiet })
  })

  test('data made in a namespace is not silently replaced where there are none and nobody reaches it', async () => {
    const home = join(base, 'shut')
    await mkdir(home, { mode: 0o700 })
    const own = join(home, 'data')
    const first = begin(own)
    await first.url
    await first.detach()
    await expect(begin(own, false).url).rejects.toThrow(/no other user reaches.*chmod o\+x/s)

    await chmod(home, 0o711)
    const second = begin(own, false)
    expect(await ask(await second.url, 'SELECT 1')).toEqual([[1]])
    await second.detach()
  })
})
