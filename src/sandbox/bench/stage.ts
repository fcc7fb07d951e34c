import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { buildCore } from '../../app.ts'
import { systemClock } from '../../foundation/clock.ts'
import { readConfig } from '../../foundation/config.ts'
import type { Core } from '../../foundation/core.ts'
import type { Id } from '../../foundation/ids.ts'
import { openLog } from '../../foundation/log.ts'
import { acceptRows } from '../../intake/accept.ts'
import type { PlanDeps } from '../../survey/plan.ts'
import type { Policy } from '../../policy/policy.ts'
import { activatePolicy } from '../../policy/activate.ts'
import { policyReader } from '../../policy/reader.ts'
import { createSource } from '../../staff/keys.ts'
import { seedTemplates } from '../../template/files.ts'
import { templateReader } from '../../template/store.ts'
import { unitReader } from '../../unit/store.ts'
import { sandboxCredentials } from '../demo/environment.ts'
import { quickPolicy } from '../demo/quick-policy.ts'
import { startChild, type Child } from './processes.ts'
import { bureau, centre, transactionRows, unitCode, unitCount } from './rows.ts'
import type { Backend, BenchServers } from './servers.ts'

/** The whole of huifang on a database of its own, each part in a process of its own as in production. */
export interface Stage {
  core: Core
  deps: PlanDeps
  environment: Record<string, string>
  sourceKey: string
  /** Whatever the benchmark makes has a higher id; history has lower ones. */
  beganId: Id
  databaseUrl: string
  startWorker(): Promise<Child>
  /** Resolves to the address on which it listens. */
  startServe(): Promise<string>
  gateway: Gateway
  /** Takes transactions in, a thousand at once. `first` tells one row from another. */
  intake(first: number, count: number): Promise<void>
  /** Throws when the gateway's ledger shows a text that went out twice. */
  mustHaveTextedOnce(): Promise<void>
  close(): Promise<void>
}

export interface Gateway {
  endpoint: string
  state(): Promise<GatewayState>
  pushTo(hooks: string): Promise<void>
  /** Waits until it has accepted so many texts; returns the seconds waited. */
  accepted(count: number, deadlineSeconds: number): Promise<void>
}

interface GatewayState {
  accepted: number
  repeated: number
  pending: number
}

/** Sandbox settings without waiting times, and rates that are never the limit: what is measured is the system. */
export const benchPolicy: Policy = {
  ...quickPolicy,
  survey: {
    ...quickPolicy.survey,
    replyWindowSeconds: 72 * 3600,
    lateWindowSeconds: 7 * 24 * 3600,
    thankSatisfied: false,
    announceCallback: false,
  },
  sms: {
    ...quickPolicy.sms,
    submittingStuckSeconds: 120,
    receiptMissingSeconds: 24 * 3600,
    textsPerSecond: 100_000,
  },
}

export async function openStage(
  servers: BenchServers,
  backend: Backend,
  further: Readonly<Record<string, string>> = {},
): Promise<Stage> {
  const undo: (() => Promise<unknown>)[] = []
  const database = await servers.freshDatabase()
  undo.push(() => database.drop())
  const child = async (name: string, args: string[], environment: Record<string, string>) => {
    const started = await startChild(new URL(name, import.meta.url), args, environment)
    undo.push(() => started.stop())
    return started
  }
  const gatewayProcess = await child('gateway-process.ts', [], {})
  const { endpoint } = gatewayProcess.message as { endpoint: string }
  const port = 20_000 + (randomBytes(2).readUInt16BE() % 20_000)
  const environment: Record<string, string> = {
    DATABASE_URL: database.url,
    ...(backend === 'redis' && servers.redisUrl ? { REDIS_URL: servers.redisUrl } : {}),
    ALIBABA_CLOUD_ACCESS_KEY_ID: sandboxCredentials.accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: sandboxCredentials.accessKeySecret,
    ALIYUN_SMS_ENDPOINT: endpoint,
    ALIYUN_SMS_PROTOCOL: 'http',
    HUIFANG_SANDBOX: 'true',
    HUIFANG_DATA_KEYS: `bench:${randomBytes(32).toString('base64')}`,
    HUIFANG_PHONE_HASH_KEY: randomBytes(32).toString('base64'),
    HUIFANG_HOOK_TOKEN: randomBytes(24).toString('hex'),
    HUIFANG_PORT: String(port),
    HUIFANG_LOG_LEVEL: 'error',
    HUIFANG_SHUTDOWN_SECONDS: '5',
    ...further,
  }
  const core = buildCore(readConfig(environment), openLog('error'))
  undo.push(() => core.db.destroy())
  const deps: PlanDeps = {
    ...core,
    policy: policyReader(core),
    units: unitReader(core),
    templates: templateReader(core),
  }
  await prepare(core)
  const sourceKey = await createSource(core, { name: 'bench', silentAfterMinutes: null })
  const entry = '../../main.ts'
  const gateway = gatewayAt(endpoint)
  return {
    core,
    deps,
    environment,
    sourceKey,
    beganId: core.newId(),
    databaseUrl: database.url,
    startWorker: () => child(entry, ['work'], environment),
    async startServe() {
      await child(entry, ['serve'], environment)
      return `http://127.0.0.1:${port}`
    },
    gateway,
    async intake(first, count) {
      const completedAt = systemClock.now().toISOString()
      for (let done = 0; done < count; done += 1_000) {
        const rows = transactionRows(first + done, Math.min(1_000, count - done), completedAt)
        await acceptRows(deps, 'bench', rows)
      }
    },
    async mustHaveTextedOnce() {
      const { repeated } = await gateway.state()
      if (repeated > 0) throw new Error(`${repeated} texts went out twice`)
    },
    async close() {
      for (const step of undo.reverse()) await step().catch(() => {})
    },
  }
}

const unit = (code: string, name: string, parentCode: string | null) => ({
  code,
  validFrom: '2024-01-01',
  name,
  parentCode,
})

async function prepare(core: Core): Promise<void> {
  await seedTemplates(core)
  await core.db
    .insertInto('unitVersion')
    .values([
      unit(bureau, '市公安局', null),
      unit(centre, '民意中心', bureau),
      ...Array.from({ length: unitCount }, (_, index) =>
        unit(unitCode(index), '测速派出所', bureau),
      ),
    ])
    .execute()
  await activatePolicy(
    { ...core, sandbox: true },
    {
      settings: benchPolicy,
      by: 'bench',
      why: 'measuring',
    },
  )
}

function gatewayAt(endpoint: string): Gateway {
  const url = `http://${endpoint}/sandbox`
  const state = async () => (await (await fetch(`${url}/state`)).json()) as GatewayState
  return {
    endpoint,
    state,
    async pushTo(hooks) {
      const callbacks = { smsUp: `${hooks}/sms-up`, smsReport: `${hooks}/sms-report` }
      await fetch(`${url}/callbacks`, { method: 'POST', body: JSON.stringify(callbacks) })
    },
    async accepted(count, deadlineSeconds) {
      await waitFor(`${count} texts accepted`, deadlineSeconds, async () => {
        const { accepted } = await state()
        return accepted >= count
      })
    },
  }
}

/** Looks again and again until it is so. */
export async function waitFor(
  what: string,
  deadlineSeconds: number,
  isSo: () => Promise<boolean>,
): Promise<void> {
  const endAtMs = performance.now() + deadlineSeconds * 1000
  while (!(await isSo())) {
    if (performance.now() > endAtMs) throw new Error(`waited in vain: ${what}`)
    await pause(20)
  }
}
