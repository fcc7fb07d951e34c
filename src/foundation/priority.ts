import { spawnSync } from 'node:child_process'
import { constants, setPriority } from 'node:os'

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
