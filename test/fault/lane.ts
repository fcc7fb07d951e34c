import { randomBytes } from 'node:crypto'
import { mkdir, readFile, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { buildCore } from '../../src/app.ts'
import { ensureConsole } from '../../src/commands/console-build.ts'
import { readCoreConfig } from '../../src/foundation/config.ts'
import { openLog } from '../../src/foundation/log.ts'
import { migrateDatabase } from '../../src/foundation/migrate.ts'
import { activatePolicy } from '../../src/policy/activate.ts'
import { sandboxCredentials } from '../../src/sandbox/demo/environment.ts'
import { homeOf } from '../../src/sandbox/postgres/identity.ts'
import { holdAlone, type Hold } from '../../src/sandbox/postgres/locks.ts'
import { carries, markOf } from '../../src/sandbox/postgres/processes.ts'
import { createSource, createStaffKey } from '../../src/staff/keys.ts'
import { createStaff } from '../../src/staff/staff.ts'
import { seedTemplates } from '../../src/template/files.ts'
import { unitReader } from '../../src/unit/store.ts'
import { ownRedis, type OwnRedis } from '../support/redis.ts'
import { attachServer } from '../support/server.ts'
import { dropForced, named, query } from '../support/sql.ts'
import { faultPolicy } from './policy.ts'
import { freePort } from '../../src/sandbox/free-port.ts'

/** PostgreSQL, Redis and ports of its own for one run after another: nothing here is anybody else's. */
export interface Lane {
  redis: OwnRedis | null
  gatewayPort: number
  keys: { source: string; agents: readonly string[] }
  /** The environment of huifang's processes on this database. */
  environment: (databaseUrl: string, onRedis: boolean) => Record<string, string>
  /** A copy of the prepared database, and how to drop it. */
  freshDatabase: () => Promise<{ url: string; drop: () => Promise<void> }>
  /** Stops PostgreSQL as a crash would (SIGQUIT: no checkpoint) and starts it again on the same port. */
  crashPostgres: () => Promise<void>
  close: () => Promise<void>
}

const folder = join('.data', 'fault')
const template = 'fault_template'

export async function openLane(say: (line: string) => void): Promise<Lane> {
  // Or the first `serve` of every lane would build it.
  await ensureConsole(say)
  const { hold, server } = await ownLane()
  let postgres = await attachServer(server, say)
  const { url } = postgres
  const redis = await ownRedis()
  const [gatewayPort, port] = [await freePort(), await freePort()]
  const token = randomBytes(24).toString('hex')
  const environment = (databaseUrl: string, onRedis: boolean): Record<string, string> => ({
    DATABASE_URL: databaseUrl,
    ...(onRedis && redis ? { REDIS_URL: redis.url } : {}),
    ALIBABA_CLOUD_ACCESS_KEY_ID: sandboxCredentials.accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: sandboxCredentials.accessKeySecret,
    ALIYUN_SMS_ENDPOINT: `127.0.0.1:${gatewayPort}`,
    ALIYUN_SMS_PROTOCOL: 'http',
    HUIFANG_SANDBOX: 'true',
    HUIFANG_DATA_KEYS: `fault:${Buffer.alloc(32, 7).toString('base64')}`,
    HUIFANG_PHONE_HASH_KEY: Buffer.alloc(32, 9).toString('base64'),
    HUIFANG_HOOK_TOKEN: token,
    HUIFANG_PORT: String(port),
    HUIFANG_SMS_CALL_TIMEOUT_MS: '1000',
    // Each connection of each process starts cold in every run.
    HUIFANG_DATABASE_POOL: '4',
  })
  await dropForced(url, template)
  await query(url, `CREATE DATABASE ${template}`)
  const keys = await prepare(named(url, template), environment(named(url, template), false))
  await query(url, `ALTER DATABASE ${template} ALLOW_CONNECTIONS false`)
  let count = 0
  return {
    redis,
    gatewayPort,
    keys,
    environment,
    async freshDatabase() {
      const name = `fault_run_${++count}`
      await dropForced(url, name)
      await query(url, `CREATE DATABASE ${name} TEMPLATE ${template}`)
      return {
        url: named(url, name),
        drop: () => dropForced(url, name),
      }
    },
    async crashPostgres() {
      await kill(postgres.folder, new URL(url).password)
      const again = await attachServer(server, () => {})
      if (again.url !== url) throw new Error('PostgreSQL came back on another port')
      await postgres.leave()
      postgres = again
    },
    async close() {
      await redis?.stop()
      await postgres.leave()
      hold.release()
    },
  }
}

/** Suites that run at the same time each get their own. */
async function ownLane(): Promise<{ hold: Hold; server: string }> {
  await mkdir(folder, { recursive: true })
  for (let number = 1; ; number++) {
    const hold = holdAlone(join(folder, `lane-${number}.lock`))
    if (hold) return { hold, server: `fault-postgres-${number}` }
  }
}

/** What every run begins with: tables, texts, units, the short settings and everybody's keys. */
async function prepare(url: string, environment: Record<string, string>): Promise<Lane['keys']> {
  await migrateDatabase(url)
  const core = buildCore(readCoreConfig(environment), openLog('silent'))
  try {
    await seedTemplates(core)
    const unit = (code: string, name: string, parentCode: string | null) => ({
      code,
      validFrom: '2024-01-01',
      name,
      parentCode,
    })
    const units = [
      unit('ROOT', '徐州市公安局', null),
      unit('MY', '民意中心', 'ROOT'),
      unit('FJ1', '鼓楼分局', 'ROOT'),
      unit('PCS1', '黄楼派出所', 'FJ1'),
    ]
    await core.db.insertInto('unitVersion').values(units).execute()
    await activatePolicy(
      { ...core, sandbox: true },
      { settings: faultPolicy, by: 'test', why: 'test' },
    )
    const deps = { ...core, units: unitReader(core) }
    const agentKey = async (name: string) =>
      createStaffKey(
        core,
        (await createStaff(deps, 'test', { name, role: 'agent', unitCode: 'MY' })).id,
      )
    return {
      source: await createSource(core, { name: 'source', silentAfterMinutes: null }),
      agents: [await agentKey('甲'), await agentKey('乙')],
    }
  } finally {
    await core.db.destroy()
  }
}

async function kill(dataDir: string, password: string): Promise<void> {
  const home = await homeOf(await realpath(dataDir))
  const cluster = await realpath(join(home, 'cluster'))
  const pid = Number((await readFile(join(cluster, 'postmaster.pid'), 'utf8')).split('\n')[0])
  process.kill(pid, 'SIGQUIT')
  const mark = markOf(cluster, password)
  while (await carries(pid, mark)) await pause(20)
}
