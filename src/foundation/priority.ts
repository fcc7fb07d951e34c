import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { constants, getPriority, setPriority } from 'node:os'

const behind = 10
const sessionShare = '/proc/self/autogroup'

/**
 * Puts this process behind others that want the processor, unless it stands further back already. Linux shares the
 * processor among sessions first and counts nice only within one (`man 7 sched`, autogroup), and every service is a
 * session: one that this process leads steps back as a whole. Where a container or a service has a share of its own,
 * neither counts.
 */
export function stepBack(): void {
  setPriority(Math.max(getPriority(), behind))
  try {
    const nice = /nice (-?\d+)/.exec(readFileSync(sessionShare, 'utf8'))
    if (nice && leadsSession() && Number(nice[1]) < behind) {
      writeFileSync(sessionShare, String(behind))
    }
  } catch {
    // Another kernel, or one that shares in another way.
  }
}

/** Whether nobody else's processes are of this session, but those that this one starts. */
function leadsSession(): boolean {
  const stat = readFileSync('/proc/self/stat', 'utf8')
  // The name, in brackets, may hold anything; behind it come state, parent, group and session (`man 5 proc`).
  const session = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3]
  return Number(session) === process.pid
}

/**
 * Has this process run only when nobody else wants the processor. On Linux that is the idle class (`man 7 sched`): the
 * lowest priority of the usual class still holds a processor for some milliseconds while others wake up. Where `chrt`
 * (of util-linux) is missing or may not, it is that priority.
 */
export function giveWay(): void {
  setPriority(constants.priority.PRIORITY_LOW)
  if (process.platform !== 'linux') return
  spawnSync('chrt', ['--idle', '--all-tasks', '--pid', '0', String(process.pid)], {
    stdio: 'ignore',
  })
}
