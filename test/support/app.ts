import { randomBytes } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { startHttp } from '../../src/app-http.ts'
import { startWork } from '../../src/app-work.ts'
import { buildApp, type App } from '../../src/app.ts'
import { systemClock } from '../../src/foundation/clock.ts'
import { readConfig } from '../../src/foundation/config.ts'
import { openLog } from '../../src/foundation/log.ts'
import type { Policy } from '../../src/policy/policy.ts'
import { activatePolicy } from '../../src/policy/activate.ts'
import { quickPolicy } from '../../src/sandbox/demo/quick-policy.ts'
import type { SandboxGateway, SandboxOptions } from '../../src/sandbox/gateway/gateway.ts'
import { startSandboxGateway } from '../../src/sandbox/gateway/server.ts'
import { createFeedKey, createSource, createStaffKey } from '../../src/staff/keys.ts'
import { createStaff, type StaffRole } from '../../src/staff/staff.ts'
import { seedTemplates } from '../../src/template/files.ts'
import { freshDatabase } from './postgres.ts'

/** The whole application on a database of its own, with a gateway over HTTP, and keys for every kind of caller. */
export interface TestApp {
  app: App
  server: FastifyInstance
  gateway: SandboxGateway
  url: string
  ownerUrl: string
  environment: Record<string, string>
  sourceKey: string
  feedKey: string
  /** Everything that was logged, line by line. */
  logged: string[]
  staffKey: (role: StaffRole, unitCode?: string, name?: string) => Promise<string>
  call: (
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    key?: string,
    body?: unknown,
    // oxlint-disable-next-line typescript/no-explicit-any -- answers of many shapes, read by assertions
  ) => Promise<{ status: number; body: any }>
  /** Starts the workers; the test's end stops them, or what is returned does before. */
  work: () => Promise<() => Promise<void>>
  close: () => Promise<void>
}

export const centre = 'MY'
export const station = 'PCS1'

export async function testApp(
  options: {
    policy?: (policy: Policy) => void
    gateway?: Partial<SandboxOptions>
    redisUrl?: string | null
    /** Settings beside the usual ones. */
    environment?: Record<string, string>
  } = {},
): Promise<TestApp> {
  const database = await freshDatabase()
  const credentials = { accessKeyId: 'key', accessKeySecret: 'secret' }
  const gateway = await startSandboxGateway({
    clock: systemClock,
    credentials,
    openTemplates: true,
    receiptDelayMs: 20,
    reviews: { reviewMs: 50, apartMs: 0 },
    pushes: { retryMs: [100, 200, 400] },
    ...options.gateway,
  })
  const token = randomBytes(24).toString('hex')
  const environment: Record<string, string> = {
    DATABASE_URL: database.url,
    ALIBABA_CLOUD_ACCESS_KEY_ID: credentials.accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: credentials.accessKeySecret,
    ALIYUN_SMS_ENDPOINT: gateway.endpoint,
    ALIYUN_SMS_PROTOCOL: 'http',
    HUIFANG_SANDBOX: 'true',
    HUIFANG_DATA_KEYS: `t:${randomBytes(32).toString('base64')}`,
    HUIFANG_PHONE_HASH_KEY: randomBytes(32).toString('base64'),
    HUIFANG_HOOK_TOKEN: token,
    HUIFANG_PORT: '0',
    HUIFANG_SHUTDOWN_SECONDS: '5',
    ...(options.redisUrl ? { REDIS_URL: options.redisUrl } : {}),
    HUIFANG_ALIYUN_QUEUE_ENDPOINT: gateway.url,
    HUIFANG_ALIYUN_TOKEN_ENDPOINT: gateway.endpoint,
    HUIFANG_ALIYUN_QUEUE_SMS_UP: options.gateway?.queues?.smsUp ?? '',
    HUIFANG_ALIYUN_QUEUE_SMS_REPORT: options.gateway?.queues?.smsReport ?? '',
    ...options.environment,
  }
  const logged: string[] = []
  const log = openLog('info', { write: (line) => void logged.push(line) })
  const app = await buildApp(readConfig(environment), log)
  await seedTemplates(app)
  await seedUnits(app)
  const policy = structuredClone(quickPolicy)
  options.policy?.(policy)
  await activatePolicy(app, { settings: policy, by: 'test', why: 'test' })
  const server = await startHttp(app)
  const url = server.listeningOrigin
  gateway.setCallbacks({
    smsUp: `${url}/hooks/aliyun/${token}/sms-up`,
    smsReport: `${url}/hooks/aliyun/${token}/sms-report`,
    templateReport: `${url}/hooks/aliyun/${token}/template-report`,
  })
  const stops: (() => Promise<void>)[] = []
  return {
    app,
    server,
    gateway,
    url,
    ownerUrl: database.url,
    environment,
    logged,
    sourceKey: await createSource(app, { name: 'src', silentAfterMinutes: null }),
    feedKey: await createFeedKey(app, 'pipeline'),
    staffKey: async (role, unitCode = centre, name = randomBytes(4).toString('hex')) =>
      createStaffKey(app, (await createStaff(app, 'test', { name, role, unitCode })).id),
    async call(method, path, key, body) {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          ...(key ? { authorization: `Bearer ${key}` } : {}),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined
          ? {}
          : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      return { status: response.status, body: await response.json() }
    },
    async work() {
      const running = await startWork(app)
      const stop = () => running.stop()
      stops.push(stop)
      return stop
    },
    async close() {
      await gateway.close()
      for (const stop of stops) await stop()
      await server.close()
      await app.close()
      await database.drop()
    },
  }
}

async function seedUnits(app: App): Promise<void> {
  const unit = (code: string, name: string, parentCode: string | null) => ({
    code,
    validFrom: '2024-01-01',
    name,
    parentCode,
  })
  await app.db
    .insertInto('unitVersion')
    .values([
      unit('ROOT', '徐州市公安局', null),
      unit(centre, '民意中心', 'ROOT'),
      unit('FJ1', '鼓楼分局', 'ROOT'),
      unit(station, '黄楼派出所', 'FJ1'),
      unit('PCS2', '琵琶派出所', 'FJ1'),
      unit('FJ2', '泉山分局', 'ROOT'),
    ])
    .execute()
}

let phoneCounter = 0
/** A mobile number nobody used before in this file. */
export function freshPhone(): string {
  return `139${String(10_000_000 + phoneCounter++)}`
}

/** A row as a source pushes it. */
export function row(externalId: string, change: Record<string, unknown> = {}) {
  return {
    externalId,
    business: '户政',
    unitCode: station,
    citizen: { phone: freshPhone(), name: '张三' },
    completedAt: systemClock.now().toISOString(),
    ...change,
  }
}

/** Waits until `probe` gives something other than null, undefined or false. */
export async function until<T>(
  what: string,
  probe: () => Promise<T | null | undefined | false>,
  withinMs = 20_000,
): Promise<T> {
  const endAt = systemClock.nowMs() + withinMs
  for (;;) {
    const found = await probe()
    if (found !== null && found !== undefined && found !== false) return found
    if (systemClock.nowMs() > endAt) throw new Error(`waited in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
