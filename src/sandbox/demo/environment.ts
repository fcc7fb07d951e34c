import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { dateAt, systemClock } from '../../foundation/clock.ts'

/** What a demo keeps between its runs: its own keys, and the time to which the sample refers. */
export interface DemoState {
  dataKey: string
  phoneHashKey: string
  hookToken: string
  sampleTimeMs: number
}

/** The demo's own folder; nothing outside it is ever touched. */
export const demoFolder = join('.data', 'demo')

/** Reads the demo's state, or makes it at the first run. Readable by its owner alone, for it holds keys. */
export async function openDemoState(): Promise<DemoState & { sampleTime: Date }> {
  await mkdir(demoFolder, { recursive: true })
  const file = join(demoFolder, 'state.json')
  const known = await readFile(file, 'utf8').catch(() => null)
  const state: DemoState =
    known === null
      ? {
          dataKey: randomBytes(32).toString('base64'),
          phoneHashKey: randomBytes(32).toString('base64'),
          hookToken: randomBytes(24).toString('hex'),
          sampleTimeMs: systemClock.nowMs(),
        }
      : (JSON.parse(known) as DemoState)
  if (known === null) await writeFile(file, JSON.stringify(state), { mode: 0o600 })
  return { ...state, sampleTime: dateAt(state.sampleTimeMs) }
}

/** Wipes what earlier demos left, apart from the database's folder, whose launcher removes it. */
export async function wipeDemoState(): Promise<void> {
  for (const file of ['state.json', 'sandbox.ndjson', 'huifang.log']) {
    await rm(join(demoFolder, file), { force: true })
  }
}

export const sandboxCredentials = { accessKeyId: 'sandbox-key', accessKeySecret: 'sandbox-secret' }

/**
 * The environment in which the demo runs. It is made here from nothing: a database, a Redis or keys that
 * stand in the environment of whoever starts a demo must never be touched by it.
 */
export function demoEnvironment(
  state: DemoState,
  services: { databaseUrl: string; gatewayEndpoint: string; port: number },
): Record<string, string> {
  return {
    DATABASE_URL: services.databaseUrl,
    ALIBABA_CLOUD_ACCESS_KEY_ID: sandboxCredentials.accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: sandboxCredentials.accessKeySecret,
    ALIYUN_SMS_ENDPOINT: services.gatewayEndpoint,
    ALIYUN_SMS_PROTOCOL: 'http',
    HUIFANG_SANDBOX: 'true',
    HUIFANG_DATA_KEYS: `demo:${state.dataKey}`,
    HUIFANG_PHONE_HASH_KEY: state.phoneHashKey,
    HUIFANG_HOOK_TOKEN: state.hookToken,
    HUIFANG_PORT: String(services.port),
    HUIFANG_DATA_DIR: demoFolder,
    HUIFANG_SHUTDOWN_SECONDS: '5',
  }
}
