import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openJournal } from '../../src/sandbox/gateway/journal.ts'
import { disagreements, type Summary } from '../../src/sandbox/demo/summary.ts'
import { testEnv } from '../support/env.ts'
import { isAlive, postmasterOf, until } from './postgres/processes.ts'

const main = resolve('src/main.ts')
const patienceMs = 300_000

let home: string
let port: number
let other: string

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'huifang-demo-'))
  other = await mkdtemp(join(tmpdir(), 'huifang-demo-'))
  port = await freePort()
})
afterAll(async () => {
  await rm(home, { recursive: true, force: true })
  await rm(other, { recursive: true, force: true })
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port: free } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return free
}

/** A demo in a folder of its own, in a process group of its own, as a shell would start it. */
function demo(folder: string, ...flags: string[]) {
  const child = spawn(process.execPath, [main, 'demo', '--port', String(port), ...flags], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      // What stands in the environment of whoever starts a demo must never be touched by it.
      DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/production',
      REDIS_URL: 'redis://127.0.0.1:1',
      ALIBABA_CLOUD_ACCESS_KEY_ID: 'real',
      ALIYUN_SMS_ENDPOINT: 'dysmsapi.aliyuncs.com',
    },
  })
  const out: string[] = []
  const err: string[] = []
  createInterface({ input: child.stdout }).on('line', (line) => out.push(line))
  createInterface({ input: child.stderr }).on('line', (line) => err.push(line))
  const gone = once(child, 'close') as Promise<[number | null, string | null]>
  return {
    pid: child.pid!,
    out,
    err,
    gone,
    async said(words: string) {
      await until(() => err.some((line) => line.includes(words)) || child.exitCode !== null)
      expect(err.join('\n')).toContain(words)
    },
    async summary(): Promise<Summary> {
      const [code] = await gone
      expect({ code, lines: out.length, err: code === 0 ? '' : err.join('\n') }).toEqual({
        code: 0,
        lines: 1,
        err: '',
      })
      return JSON.parse(out[0]!) as Summary
    },
  }
}

const counted = (summary: Summary) => ({ ...summary, elapsedMs: 0 })
const ledgerOf = (folder: string) => openJournal(join(folder, '.data/demo/sandbox.ndjson')).entries
const isAsk = ({ templateCode }: { templateCode: string }) =>
  /^SMS_80000000[1-4]$/.test(templateCode)

describe('the demo', () => {
  let first: Summary

  test(
    'goes the whole way, and says all it has to on one line of JSON',
    async () => {
      const run = demo(home, '--once')
      first = await run.summary()
      expect(disagreements(first)).toEqual([])
      expect(first.transactions).toBeGreaterThanOrEqual(300)
      for (const way of ['rating', 'triage', 'optOut', 'other'] as const) {
        expect([way, first.replies[way]]).not.toEqual([way, 0])
      }
      expect(first.urgent).toBeGreaterThanOrEqual(1)
      expect(first.callbacks.opened).toBeGreaterThanOrEqual(10)
      expect(first.outcomes).toBe(first.surveys)
      expect(run.err.filter((line) => line.includes('under way')).length).toBeGreaterThan(1)
      expect(ledgerOf(home).filter(({ times }) => times > 1)).toEqual([])
    },
    patienceMs,
  )

  test(
    'counts the same when it runs again, when it starts afresh, and with two work processes',
    async () => {
      const again = await demo(home, '--once').summary()
      expect(counted(again)).toEqual(counted(first))
      const fresh = await demo(home, '--once', '--fresh', '--work-processes', '2').summary()
      expect(counted(fresh)).toEqual(counted(first))
    },
    patienceMs,
  )

  test('says what to do when its port is taken, and on stdout nothing', async () => {
    const squatter = createServer().listen(port, '127.0.0.1')
    await once(squatter, 'listening')
    try {
      const run = demo(home, '--once')
      expect((await run.gone)[0]).toBe(1)
      expect(run.out).toEqual([])
      expect(run.err.join('\n')).toContain(`port ${port} is taken`)
      expect(run.err.join('\n')).toContain('--port')
    } finally {
      squatter.close()
    }
  })
})

describe('a demo that is interrupted', () => {
  const seed = testEnv.seed ?? Math.floor(Math.random() * 3_000)

  async function interrupt(signal: 'SIGINT' | 'SIGKILL', database: 'spared' | 'killed') {
    const run = demo(other, '--work-processes', '2')
    await run.said('pushed')
    await pause(seed)
    const postmaster = await postmasterOf(join(other, '.data/demo/postgres/cluster'))
    // A terminal sends Ctrl-C to all processes of the group; kill -9 meets one.
    process.kill(signal === 'SIGINT' ? -run.pid : run.pid, signal)
    if (database === 'killed') process.kill(postmaster, 'SIGKILL')
    const [code] = await run.gone
    expect(run.out).toEqual([])
    return { run, code, postmaster }
  }

  test(
    `leaves no process behind after Ctrl-C (TEST_SEED=${seed})`,
    async () => {
      const { run, code, postmaster } = await interrupt('SIGINT', 'spared')
      expect(code).toBe(130)
      expect(await isAlive(postmaster)).toBe(false)
      expect(() => process.kill(-run.pid, 0)).toThrow('ESRCH')
    },
    patienceMs,
  )

  test(
    `is taken up by the next, after kill -9 too: nobody is texted twice, what was sent counts as sent (TEST_SEED=${seed})`,
    async () => {
      await interrupt('SIGKILL', 'spared')
      await interrupt('SIGKILL', 'killed')
      const rest = await demo(other, '--once').summary()
      expect(disagreements(rest)).toEqual([])
      const ledger = ledgerOf(other)
      expect(ledger.filter(({ times }) => times > 1)).toEqual([])
      expect(rest.sent).toBe(ledger.filter(isAsk).length)
      expect(rest.transactions).toBeGreaterThanOrEqual(300)
      expect(Object.keys(rest.notSent)).not.toContain('submitting')
      const log = await readFile(join(other, '.data/demo/huifang.log'), 'utf8')
      for (const { phone } of ledger) expect(log).not.toContain(phone)
    },
    patienceMs,
  )
})
