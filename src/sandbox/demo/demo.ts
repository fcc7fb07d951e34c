import { fork, type ChildProcess } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { startHttp } from '../../app-http.ts'
import { startWork } from '../../app-work.ts'
import { buildApp, type App } from '../../app.ts'
import { ensureConsole } from '../../commands/console-build.ts'
import { stopSignal } from '../../commands/stop.ts'
import { stopwatch, systemClock } from '../../foundation/clock.ts'
import { readConfig } from '../../foundation/config.ts'
import { openLog } from '../../foundation/log.ts'
import { migrateDatabase } from '../../foundation/migrate.ts'
import { activatePolicy } from '../../policy/activate.ts'
import { createSource } from '../../staff/keys.ts'
import { seedTemplates } from '../../template/files.ts'
import { importOfficers, importUnits } from '../../unit/import.ts'
import type { SandboxGateway } from '../gateway/gateway.ts'
import { startSandboxGateway } from '../gateway/server.ts'
import { holdAlone } from '../postgres/locks.ts'
import { removeEmbeddedPostgres, startEmbeddedPostgres } from '../postgres/launcher.ts'
import { readCitizens, readSample } from '../sample/sample.ts'
import {
  demoEnvironment,
  demoFolder,
  openDemoState,
  sandboxCredentials,
  wipeDemoState,
} from './environment.ts'
import { deskCitizens, fillDesk } from './desk-cases.ts'
import { DemoError } from './errors.ts'
import { simulatedLatecomers } from './latecomers.ts'
import { simulatedPeople, staysOpen, type People } from './people.ts'
import { quickPolicy } from './quick-policy.ts'
import { demoLogins, demoPassword, demoStaff } from './staff.ts'
import { disagreements, summarise, underWay } from './summary.ts'

export interface DemoOptions {
  once?: true
  fresh?: true
  workProcesses: number
  port: number
}

const say = (line: string) => void process.stderr.write(`${line}\n`)
// After a kill, what was taken up is due again a minute later.
const loopDeadlineMs = 240_000

/**
 * `huifang demo`: the whole loop, for real, on embedded services and a gateway that stands in for the
 * provider. Everything is kept in the demo's own folder; a second run finds what the first one did.
 */
export async function demo(options: DemoOptions): Promise<void> {
  const elapsedMs = stopwatch()
  const stop = stopSignal()
  let stopped = false
  void stop.then(() => (stopped = true))
  const undo: (() => Promise<unknown>)[] = []
  try {
    undo.push(await holdDemoFolder())
    const { app, server, state, gateway, latecomers, keys } = await start(options, undo)
    const address = server.listeningOrigin
    say(`console: ${address}   log: ${join(demoFolder, 'huifang.log')}   data: ${demoFolder}`)
    const { sourceKey, agentKey } = keys
    const { transactions } = await readSample(state.sampleTime)
    await push(`${address}/api/v1/transactions`, sourceKey, transactions)
    const people = simulatedPeople(address, agentKey)
    const comeLate = simulatedLatecomers(app, gateway, latecomers)
    const left = await runLoop({ app, gateway, people, comeLate, stopped: () => stopped })
    if (stopped) return stoppedEarly()
    // Somebody may be working at the desk of a demo that stays up.
    if (left && options.once) throw new DemoError(`the loop did not end: ${left}`)
    const summary = { ...(await summarise(app)), elapsedMs: Math.round(elapsedMs()) }
    const faults = disagreements(summary)
    for (const fault of faults) say(`sums do not agree: ${fault}`)
    if (options.once) {
      process.stdout.write(`${JSON.stringify(summary)}\n`)
      if (faults.length > 0) process.exitCode = 1
    } else {
      say(JSON.stringify(summary, null, 2))
      await fillDesk(app, (rows) => push(`${address}/api/v1/transactions`, sourceKey, rows))
      say(`The loop is through and the desk is filled; the services stay up.`)
      say(`Agent key for the API: ${agentKey}`)
      for (const { name, role } of demoLogins)
        say(`sign in at ${address} as ${name} (${role}) with ${demoPassword}`)
      say('Ctrl-C ends the demo. What it did is kept; --fresh wipes it.')
      await stop
    }
  } finally {
    for (const step of undo.reverse()) {
      await step().catch((error: unknown) => say(`while stopping: ${String(error)}`))
    }
  }
}

/** One demo at a time: two would share the database, and each would know half of the texts. */
async function holdDemoFolder(): Promise<() => Promise<void>> {
  await mkdir(demoFolder, { recursive: true })
  const held = holdAlone(join(demoFolder, 'demo.lock'))
  if (!held) throw new DemoError(`a demo runs in ${demoFolder} already: stop that one first`)
  return async () => held.release()
}

function stoppedEarly(): void {
  say('stopped before the loop was through; the next demo goes on from here')
  process.exitCode = 130
}

async function start(options: DemoOptions, undo: (() => Promise<unknown>)[]) {
  const postgresFolder = { dataDir: join(demoFolder, 'postgres'), log: say }
  if (options.fresh) {
    await removeEmbeddedPostgres(postgresFolder)
    await wipeDemoState()
  }
  const state = await openDemoState()
  // Whoever looks at the console of a run that ends by itself is too late for it.
  const built = options.once ? null : ensureConsole(say)
  const postgres = await startEmbeddedPostgres(postgresFolder)
  undo.push(() => postgres.detach())
  await migrateDatabase(postgres.url)

  const { behaviour, latecomers } = await readCitizens()
  const gateway = await startSandboxGateway({
    clock: systemClock,
    credentials: sandboxCredentials,
    openTemplates: true,
    reviews: { reviewMs: 8_000, apartMs: 500 },
    receiptDelayMs: 150,
    pushes: { retryMs: [500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000] },
    behaviour: (phone, text) => deskCitizens.get(phone) ?? behaviour(phone, text),
    journal: join(demoFolder, 'sandbox.ndjson'),
  })
  undo.push(() => gateway.close())
  // One call whose answer is lost although the texts went out: a receipt settles it (law 4).
  gateway.setFaults({ calls: [{ what: 'server_error', accept: true, times: 1 }] })

  const environment = demoEnvironment(state, {
    databaseUrl: postgres.url,
    gatewayEndpoint: gateway.endpoint,
    port: options.port,
  })
  const log = openLog('info', createWriteStream(join(demoFolder, 'huifang.log'), { flags: 'a' }))
  const app = await buildApp(readConfig(environment), log)
  undo.push(() => app.close())
  // Before anything runs: whoever read the policy first would plan by the default one, which texts nobody at night.
  const keys = await prepare(app)
  await built
  const server = await listen(app, options.port)
  undo.push(() => server.close())
  const hooks = `${server.listeningOrigin}/hooks/aliyun/${state.hookToken}`
  gateway.setCallbacks({
    smsUp: `${hooks}/sms-up`,
    smsReport: `${hooks}/sms-report`,
    templateReport: `${hooks}/template-report`,
  })
  gateway.resume()
  const work = await startWork(app)
  undo.push(() => work.stop())
  for (let extra = 1; extra < options.workProcesses; extra++) undo.push(startWorker(environment))
  return { app, server, state, gateway, latecomers, keys }
}

async function listen(app: App, port: number): Promise<FastifyInstance> {
  try {
    return await startHttp(app)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    throw new DemoError(
      `port ${port} is taken: stop what listens there, or choose another with --port`,
    )
  }
}

/** One more `work` process beside the demo's own. */
function startWorker(environment: Record<string, string>): () => Promise<void> {
  const child: ChildProcess = fork(new URL('../../main.ts', import.meta.url), ['work'], {
    env: environment,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return async () => {
    child.kill('SIGTERM')
    await gone
  }
}

async function prepare(app: App) {
  await seedTemplates(app)
  const sample = await readSample(systemClock.now())
  await importUnits(app, sample.units)
  await importOfficers(app, sample.officers)
  await activatePolicy(app, {
    settings: quickPolicy,
    by: 'demo',
    why: 'short settings',
  })
  const sourceKey = await createSource(app, { name: 'demo', silentAfterMinutes: null })
  const agentKey = await demoStaff(app)
  return { sourceKey, agentKey }
}

async function push(url: string, key: string, rows: readonly unknown[]): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(rows),
  })
  if (response.status !== 202) throw new Error(`the sample was refused: ${await response.text()}`)
  const { verdicts } = (await response.json()) as { verdicts: { verdict: string }[] }
  const counts = Object.entries(Object.groupBy(verdicts, ({ verdict }) => verdict))
  say(`pushed: ${counts.map(([verdict, each]) => `${each?.length} ${verdict}`).join(', ')}`)
}

/** Lets machines and people work until nothing is under way; returns what is, when that takes too long. */
async function runLoop(loop: {
  app: App
  gateway: Pick<SandboxGateway, 'state' | 'ledger'>
  people: People
  comeLate: () => Promise<void>
  stopped: () => boolean
}): Promise<string | null> {
  const { app, gateway, people, comeLate, stopped } = loop
  const elapsedMs = stopwatch()
  let told = ''
  let toldAtMs = -1_000
  while (!stopped()) {
    const busy = await people.workOnce()
    await comeLate()
    const open = await underWay(app, { ...gateway.state(), ledger: gateway.ledger(), staysOpen })
    const line = Object.entries(open)
      .map(([name, n]) => `${n} ${name}`)
      .join(', ')
    if (line !== told && elapsedMs() - toldAtMs >= 1_000) {
      say(`${(elapsedMs() / 1000).toFixed(1).padStart(5)} s  under way: ${line}`)
      told = line
      toldAtMs = elapsedMs()
    }
    if (!busy && Object.values(open).every((count) => count === 0)) break
    if (elapsedMs() > loopDeadlineMs) return line
    if (!busy) await pause(250)
  }
  return null
}
