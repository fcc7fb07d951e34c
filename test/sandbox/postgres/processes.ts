import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'

const program = fileURLToPath(new URL('child.ts', import.meta.url))

/** A process of its own that attaches to the embedded server. */
export interface Attached {
  pid: number
  /** The connection URL; rejects with what the launcher said if it failed. */
  url: Promise<string>
  /** Resolves with the first event that has this key, past ones included. */
  event: (key: 'log' | 'signal') => Promise<string>
  /** Detaches and waits for the end of the process. */
  detach: () => Promise<void>
  kill: () => Promise<void>
}

export function attach(dataDir: string, namespaces = true): Attached {
  const flags = namespaces ? [] : ['no-namespaces']
  const child = spawn(process.execPath, [program, dataDir, ...flags], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // In a process group of its own, as a shell would have it.
    detached: true,
  })
  const gone = once(child, 'exit')
  const seen = new Map<string, PromiseWithResolvers<string>>()
  const of = (key: string): PromiseWithResolvers<string> => {
    const entry = seen.get(key) ?? Promise.withResolvers<string>()
    seen.set(key, entry)
    return entry
  }
  createInterface({ input: child.stdout }).on('line', (line) => {
    for (const [key, value] of Object.entries(JSON.parse(line) as Record<string, string>)) {
      if (key === 'error') of('url').reject(new Error(value))
      else of(key).resolve(value)
    }
  })
  return {
    pid: child.pid!,
    url: of('url').promise,
    event: (key) => of(key).promise,
    detach: async () => {
      child.stdin.end()
      await gone
    },
    kill: async () => {
      child.kill('SIGKILL')
      await gone
    },
  }
}

/** The postmaster's process id, from its own file. */
export async function postmasterOf(cluster: string): Promise<number> {
  return Number((await readFile(`${cluster}/postmaster.pid`, 'utf8')).split('\n')[0])
}

/** False too for one that has ended and waits for its parent to notice. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return !/\) Z /.test(status)
}

/** One statement as the owner; the rows as arrays. */
export async function ask(url: string, statement: string): Promise<unknown[][]> {
  const client = new Client({ connectionString: url })
  // A server that is killed cuts the connection as well as the answer.
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query({ text: statement, rowMode: 'array' })).rows as unknown[][]
  } finally {
    await client.end()
  }
}

export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await pause(20)
}
