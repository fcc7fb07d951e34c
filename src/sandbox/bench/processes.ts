import { fork, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** A process that a benchmark started. */
export interface Child {
  /** The first thing it said: that it is ready. */
  message: unknown
  /** Memory in use, in MB (resident). */
  residentMb(): number
  stop(): Promise<void>
}

/** Starts a module as a process of its own and waits for its first message. */
export async function startChild(
  module: URL,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Child> {
  const child = fork(module, args, {
    env: environment,
    stdio: ['ignore', 2, 'inherit', 'ipc'],
    // A session of its own, as a service has: among sessions the processor is shared first.
    detached: true,
  })
  const gone = once(child, 'exit')
  const first = await Promise.race([once(child, 'message'), gone.then(() => null)])
  if (first === null) throw new Error(`${module.pathname} ended before it was ready`)
  return {
    message: first[0],
    residentMb: () => residentMb(child),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGTERM')
      await gone
    },
  }
}

function residentMb(child: ChildProcess): number {
  const { stdout } = spawnSync('ps', ['-o', 'rss=', '-p', String(child.pid)], { encoding: 'utf8' })
  return Math.round(Number(stdout.trim()) / 1024)
}
