import { fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { getPriority } from 'node:os'
import { afterEach, expect, test } from 'vitest'
import { testApp, type TestApp } from '../support/app.ts'

let t: TestApp
afterEach(async () => t.close())

const shareOf = (pid: number | 'self') => {
  const file = `/proc/${pid}/autogroup`
  return existsSync(file) ? readFileSync(file, 'utf8') : null
}

const newSession = () =>
  spawnSync('setsid', ['--wait', 'cat', '/proc/self/autogroup'], { encoding: 'utf8' }).stdout

const withoutName = (share: string | null) => (share ?? '').replace(/\S*autogroup-\d+/, '')

test('a worker goes behind the people at the desk, with its session, and never before where somebody put it', async () => {
  t = await testApp()
  const start = async (nice: string[], detached = false) => {
    const [command, ...args] = [...nice, process.execPath, 'src/main.ts', 'work']
    const child = fork(args.at(-2)!, ['work'], {
      env: t.environment,
      detached,
      ...(nice.length > 0 ? { execPath: command, execArgv: args.slice(0, -2) } : {}),
    })
    try {
      await once(child, 'message')
      return { nice: getPriority(child.pid), share: shareOf(child.pid!) }
    } finally {
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
  }
  const own = getPriority()
  const ownShare = shareOf('self')
  // Of a session that it shares it changes nothing.
  expect(await start([])).toEqual({ nice: Math.max(own, 10), share: ownShare })
  expect((await start(['nice', '-n', '12'])).nice).toBe(Math.max(own + 12, 10))
  const leading = await start([], true)
  expect(leading.nice).toBe(Math.max(own, 10))
  // Where the kernel does not share among sessions, there is nothing to step back with: what it tells of any session says so.
  expect(withoutName(leading.share)).toBe(withoutName(newSession()).replace('nice 0', 'nice 10'))
})
