import { fork, spawn, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { afterEach, expect, test, vi } from 'vitest'

const file = new URL('../../src/survey/dry-run/process.ts', import.meta.url)
const started: ChildProcess[] = []
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
})

/** The fields of /proc/PID/stat from the third on (`man 5 proc`): its state, and as the 41st its class (`man 7 sched`). */
function statOf(pid: number): { state: string; class: string } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0]!, class: fields[41 - 3]! }
  } catch {
    return null
  }
}
const idleClass = '5'

test('a dry run gets the processor only when nobody else wants it', async () => {
  const child = fork(file, { serialization: 'advanced' })
  started.push(child)
  const failed = new Promise((resolve) => child.once('message', resolve))
  // No task at all: it has given way before it finds out.
  child.send({})
  expect(await failed).toMatchObject({ kind: 'failed' })
  expect(statOf(child.pid!)?.class).toBe(idleClass)
})

test('a dry run does not outlive a process that is killed', async () => {
  const parent = spawn(process.execPath, [
    '--eval',
    `const child = require('node:child_process').fork(${JSON.stringify(file.pathname)})
     console.log(child.pid)`,
  ])
  started.push(parent)
  const pid = await new Promise<number>((resolve) => {
    parent.stdout.once('data', (text) => resolve(Number(text)))
  })
  expect(statOf(pid)).not.toBeNull()
  parent.kill('SIGKILL')
  await vi.waitFor(() => expect([undefined, 'Z']).toContain(statOf(pid)?.state), 20_000)
})
