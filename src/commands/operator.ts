import { userInfo } from 'node:os'

/** Who runs a command, for the record: the account on this machine. */
export function operator(): string {
  try {
    return `operator:${userInfo().username}`
  } catch {
    // In a container the number of the user may have no name.
    return `operator:uid-${process.getuid?.() ?? 'unknown'}`
  }
}
