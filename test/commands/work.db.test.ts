import { fork } from 'node:child_process'
import { once } from 'node:events'
import { getPriority } from 'node:os'
import { afterEach, expect, test } from 'vitest'
import { testApp, type TestApp } from '../support/app.ts'

let t: TestApp
afterEach(async () => t.close())

test('a worker goes behind the people at the desk, and never before where somebody put it', async () => {
  t = await testApp()
  const start = async (nice: string[]) => {
    const [command, ...args] = [...nice, process.execPath, 'src/main.ts', 'work']
    const child = fork(args.at(-2)!, ['work'], {
      env: t.environment,
      ...(nice.length > 0 ? { execPath: command, execArgv: args.slice(0, -2) } : {}),
    })
    try {
      await once(child, 'message')
      return getPriority(child.pid)
    } finally {
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
  }
  const own = getPriority()
  expect(await start([])).toBe(Math.max(own, 5))
  expect(await start(['nice', '-n', '12'])).toBe(Math.max(own + 12, 5))
})
