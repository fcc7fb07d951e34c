import { spawn } from 'node:child_process'

/**
 * What PostgreSQL's programs see of the environment: nothing of ours. The server outlives us, and
 * neither our keys nor a stray PGDATA or LD_LIBRARY_PATH may go with it.
 */
export const environment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
} as const

/** A program to start, with arguments. */
export interface Command {
  file: string
  args: string[]
  options: { env: typeof environment; uid?: number; gid?: number }
}

/** Runs a program to its end. `code` is null if a signal ended it, -1 if it could not be started. */
export function runToEnd(
  command: Command,
  input = '',
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command.file, command.args, { ...command.options, stdio: 'pipe', cwd: '/' })
    let output = ''
    const collect = (chunk: Buffer): void => {
      output += chunk.toString()
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    // A program that fails at once does not read its input; its exit code tells.
    child.stdin.on('error', () => {})
    child.stdin.end(input)
    child.on('error', (error) => resolve({ code: -1, output: String(error) }))
    child.on('close', (code) => resolve({ code, output }))
  })
}
