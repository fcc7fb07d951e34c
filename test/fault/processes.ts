import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { setTimeout as pause } from 'node:timers/promises'

const fileOf = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const preload = new URL('preload.ts', import.meta.url).href
const restartAfterMs = 300
// So that the hundreds of starts of a suite need not compile everything anew.
const compileCache = { NODE_COMPILE_CACHE: fileOf('../../.data/fault/compile-cache') }

/** A process of huifang under a supervisor that starts it again whenever it ends, as systemd would. */
export interface Supervised {
  /** Resolves when it serves for the first time. */
  ready: Promise<void>
  /** How it ended by itself while it was at work; a kill is no such end. */
  ends: string[]
  /** Kills it as it stands; it is started again. */
  kill: () => void
  stop: () => Promise<void>
}

export function supervise(
  command: 'serve' | 'work',
  environment: Record<string, string>,
  log: (line: string) => void,
): Supervised {
  const ends: string[] = []
  const ready = Promise.withResolvers<void>()
  let stopping = false
  let child: ChildProcess
  const start = () => {
    let atWork = false
    child = launch(fileOf('../../src/main.ts'), [command], environment, log, ['--import', preload])
    child.once('message', () => {
      atWork = true
      ready.resolve()
    })
    child.once('exit', (code, signal) => {
      log(`${command} ended: ${signal ?? code}`)
      if (stopping) return
      if (atWork && signal !== 'SIGKILL') ends.push(`${command} ended with ${signal ?? code}`)
      void pause(restartAfterMs).then(() => stopping || start())
    })
  }
  start()
  return {
    ready: ready.promise,
    ends,
    kill: () => void child.kill('SIGKILL'),
    async stop() {
      stopping = true
      await end(child)
    },
  }
}

/** Starts the gateway; resolves when it serves. */
export async function startGateway(
  port: number,
  seed: number,
  log: (line: string) => void,
): Promise<{ stop: () => Promise<void> }> {
  const child = launch(fileOf('gateway.ts'), [String(port), String(seed)], {}, log)
  await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error('the gateway did not start'))),
  ])
  return { stop: () => end(child) }
}

function launch(
  file: string,
  args: string[],
  env: Record<string, string>,
  log: (line: string) => void,
  execArgv: string[] = [],
): ChildProcess {
  // The channel tells it when this process is gone, so that nothing is left behind.
  const child = fork(file, args, {
    env: { ...compileCache, ...env },
    execArgv,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  for (const stream of [child.stdout!, child.stderr!]) {
    createInterface({ input: stream }).on('line', (line) => log(`${child.pid} ${line}`))
  }
  return child
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}
