import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { Client } from 'pg'
import { stopwatch, systemClock } from '../../src/foundation/clock.ts'
import { buildCore } from '../../src/app.ts'
import type { Core } from '../../src/foundation/core.ts'
import { examine } from '../../src/doctor/examine.ts'
import { readCoreConfig } from '../../src/foundation/config.ts'
import { openLog } from '../../src/foundation/log.ts'
import { openQueues } from '../../src/foundation/queue.ts'
import { policyReader } from '../../src/policy/reader.ts'
import { queueDefinitions } from '../../workers/index.ts'
import { balance, type Case, type Complaint } from './accounts.ts'
import { phoneOf } from './citizens.ts'
import { faults } from './faults.ts'
import type { Lane } from './lane.ts'
import { pushUntilAnswered, shortCallMs, startAgents } from './people.ts'
import { startGateway, supervise } from './processes.ts'
import { settle } from './settle.ts'
import { between, randomOf } from './random.ts'
import { steps, type Armed } from './steps.ts'
import { witness } from './witness.ts'

export interface Report {
  seed: number
  fault: string
  queue: 'redis' | 'postgres'
  texts: number
  seconds: number
  complaints: Complaint[]
  /** Where everything that was logged stands; null when all is well. */
  logFile: string | null
}

const pushes = 8
const casesPerPush = 26
const workers = 2
// Each worker looks for leases that ran out every 5 s. Where a clock is wrong, one call is long enough to fall into such
// a look in most runs, and short enough for the run to end within its 15 s.
const callAcrossLeasesMs = 3_500
const silentWithinMs = 30_000
const afterReplyWindowSeconds = 80 * 3600

export const faultNames = Object.keys(faults)

/** The fault that a seed stands for, where none is named: one after the other. */
function faultOf(seed: number): string {
  return faultNames[seed % faultNames.length]!
}

/** One fault in a loop of a few hundred surveys, all from one seed; then the accounts. */
export async function runFault(
  lane: Lane,
  seed: number,
  name = faultOf(seed),
  patienceSeconds = 240,
): Promise<Report> {
  const elapsedMs = stopwatch()
  const random = randomOf(seed)
  const make = faults[name]
  if (!make) throw new Error(`no fault is called ${name}; there are ${faultNames.join(', ')}`)
  const fault = make(random)
  const onRedis = lane.redis !== null && (fault.needsRedis === true || random() < 0.5)
  const lines: string[] = []
  const log = (line: string) => {
    lines.push(`${(elapsedMs() / 1000).toFixed(2)} ${line}`)
  }
  const undo: (() => Promise<unknown>)[] = []
  try {
    const database = await lane.freshDatabase()
    undo.push(database.drop)
    if (onRedis) await empty(lane.redis!.url)
    const environment = lane.environment(database.url, onRedis)
    const armed = fault.kill && {
      step: steps[fault.kill.step],
      when: fault.kill.when,
      nth: fault.kill.nth,
      token: join(tmpdir(), `huifang-fault-${randomBytes(8).toString('hex')}`),
    }
    if (armed) undo.push(() => rm(armed.token, { force: true }))
    log(`fault ${name} ${JSON.stringify({ ...fault, queue: onRedis ? 'redis' : 'postgres' })}`)

    const gateway = startGateway(lane.gatewayPort, seed, log)
    undo.push(async () => (await gateway).stop())
    const start = (command: 'serve' | 'work', first: boolean) => {
      const wrongClock = first && fault.clock?.process === command
      const process = supervise(
        command,
        {
          ...environment,
          ...(armed ? { FAULT_STEP: JSON.stringify(armed satisfies Armed) } : {}),
          ...(wrongClock ? { FAULT_CLOCK_SHIFT_MS: String(fault.clock!.shiftMs) } : {}),
        },
        log,
      )
      undo.push(() => process.stop())
      return process
    }
    const processes = [
      start('serve', true),
      ...Array.from({ length: workers }, (_, index) => start('work', index === 0)),
    ]
    await gateway
    const ledger = witness(lane.gatewayPort)
    const baseUrl = `http://127.0.0.1:${environment['HUIFANG_PORT']}`
    const hooks = `${baseUrl}/hooks/aliyun/${environment['HUIFANG_HOOK_TOKEN']}`
    await ledger.setCallbacks(`${hooks}/sms-up`, `${hooks}/sms-report`)
    await ledger.setFaults(fault.gateway ?? {})
    await Promise.all(processes.map((each) => each.ready))
    log('all processes are ready')

    const firstCallMs = fault.clock ? callAcrossLeasesMs : shortCallMs
    const agents = startAgents(baseUrl, lane.keys.agents, firstCallMs)
    undo.push(() => agents.goHome())
    const cases = casesOf(seed)
    const strikeAfter = between(random, 1, pushes - 2)
    let struck = Promise.resolve()
    for (let part = 0; part < pushes; part++) {
      await pushUntilAnswered(baseUrl, lane.keys.source, rowsOf(cases, part))
      if (part === strikeAfter && fault.strike) {
        log('the fault strikes')
        struck = fault.strike(lane, database.url).then(() => log('the fault is mended'))
      }
      await pause(between(random, 50, 200))
    }
    // A source that is not sure pushes again.
    await pushUntilAnswered(baseUrl, lane.keys.source, rowsOf(cases, 0))
    await struck

    const owner = new Client({ connectionString: database.url, application_name: 'fault suite' })
    owner.on('error', () => {})
    await owner.connect()
    undo.push(() => owner.end())
    const stuck = await settle(
      { owner, ledger, agents, log, patienceSeconds },
      afterReplyWindowSeconds,
    )
    await agents.goHome()

    const core = buildCore(readCoreConfig(environment), openLog('silent'))
    undo.push(() => core.db.destroy())
    const texts = await ledger.ledger()
    const complaints: Complaint[] = [
      // Accounts that are not closed cannot be balanced.
      ...(stuck.length > 0 ? stuck : await balance(owner, core.vault, cases, texts)),
      ...(await doctorSays(core, environment, stuck.length > 0 ? 0 : silentWithinMs)),
      ...agents.trouble.map((what): Complaint => ({ kind: 'double', what })),
      ...processes.flatMap((each) => each.ends).map((what): Complaint => ({ kind: 'wrong', what })),
      ...(armed && !existsSync(armed.token)
        ? [{ kind: 'wrong', what: 'the fault never struck: nobody came by its step' } as const]
        : []),
      ...numbersIn(lines, cases),
    ]
    const logFile = complaints.length > 0 ? await keep(seed, name, lines, complaints) : null
    return {
      seed,
      fault: name,
      queue: onRedis ? 'redis' : 'postgres',
      texts: texts.length,
      seconds: elapsedMs() / 1000,
      complaints,
      logFile,
    }
  } finally {
    for (const step of undo.reverse()) await step()
  }
}

function casesOf(seed: number): Case[] {
  return Array.from({ length: pushes * casesPerPush }, (_, index) => ({
    externalId: `case-${index}`,
    landline: index % 40 === 39,
    phone: index % 40 === 39 ? '0516-83456789' : phoneOf(seed, index),
  }))
}

function rowsOf(cases: readonly Case[], part: number): object[] {
  return cases
    .slice(part * casesPerPush, (part + 1) * casesPerPush)
    .map(({ externalId, phone }) => ({
      externalId,
      business: '户政',
      unitCode: 'PCS1',
      citizen: { phone, name: '张三' },
      // The same at every push, or it would be an amendment.
      completedAt: startedAt,
    }))
}

const startedAt = systemClock.now().toISOString()

async function empty(url: string): Promise<void> {
  const redis = new Redis(url)
  await redis.flushall()
  redis.disconnect()
}

/** The doctor looks at everything, has little patience with what is overdue, and must fall silent. */
async function doctorSays(
  core: Core,
  { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl }: Record<string, string>,
  patienceMs: number,
): Promise<Complaint[]> {
  const settings = { databaseUrl: databaseUrl!, redisUrl, prefix: 'huifang' }
  const queues = await openQueues(queueDefinitions, settings, core.log)
  try {
    const deps = { ...core, policy: policyReader(core), queues }
    const options = { days: 'all', overdueSeconds: 10 } as const
    const elapsedMs = stopwatch()
    let findings = await examine(deps, options)
    // On a busy machine a job may have waited for longer, and is done a moment later.
    while (findings.length > 0 && elapsedMs() < patienceMs) {
      await pause(500)
      findings = await examine(deps, options)
    }
    return findings.map(({ name, count, sample }) => ({
      kind: 'wrong',
      what: `the doctor finds ${count} ${name}, such as ${sample.join(', ')}`,
    }))
  } finally {
    await queues.close(1_000)
  }
}

/** Whatever breaks, no log names a citizen (law 10). */
function numbersIn(lines: readonly string[], cases: readonly Case[]): Complaint[] {
  const everything = lines.join('\n')
  return cases
    .filter(({ phone, landline }) => !landline && everything.includes(phone))
    .map(({ externalId }) => ({
      kind: 'wrong',
      what: `the number of ${externalId} stands in a log`,
    }))
}

async function keep(
  seed: number,
  name: string,
  lines: readonly string[],
  complaints: readonly Complaint[],
): Promise<string> {
  const folder = join('.data', 'fault', 'logs')
  await mkdir(folder, { recursive: true })
  const file = join(folder, `${seed}-${name}.log`)
  const told = complaints.map(({ kind, what }) => `${kind}: ${what}`)
  await writeFile(file, [...lines, ...told, ''].join('\n'))
  return file
}
