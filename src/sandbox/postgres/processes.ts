import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { environment, runToEnd } from './programs.ts'

// Whether a process is a certain PostgreSQL is read off its command line, which anybody may read (its
// working folder is hidden from root in a container, when it runs as another user). The server
// carries a mark there as `cluster_name`, and writes it into the title of each of its sessions.

/** The mark of a cluster: another one after it was moved, copied or made anew. */
export function markOf(cluster: string, password: string): string {
  const hash = createHash('sha256').update(`${cluster}\n${password}`).digest('hex')
  return `huifang-${hash.slice(0, 16)}`
}

/** Whether the process is alive and carries the mark; a pid that another program has got since does not. */
export async function carries(pid: number, mark: string): Promise<boolean> {
  if (!signal(pid, 0)) return false
  const line = await commandLine(pid)
  // Alive and unreadable: taken for ours, the server's answer will tell.
  return line === null ? signal(pid, 0) : line.includes(mark)
}

/** All processes with the mark; on Linux only, elsewhere none are found. */
export async function allWith(mark: string): Promise<number[]> {
  if (process.platform !== 'linux') return []
  const found: number[] = []
  for (const name of await readdir('/proc')) {
    if (/^\d+$/.test(name) && (await commandLine(Number(name)))?.includes(mark) === true) {
      found.push(Number(name))
    }
  }
  return found
}

/** Sends a signal (0: none); false if there is no such process, or it is not ours to signal. */
export function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}

async function commandLine(pid: number): Promise<string | null> {
  if (process.platform === 'linux') {
    return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => null)
  }
  const args = ['-p', String(pid), '-o', 'args=']
  const { code, output } = await runToEnd({ file: 'ps', args, options: { env: environment } })
  return code === 0 ? output : null
}
