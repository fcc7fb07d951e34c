import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'

// Locks that the kernel itself gives up when their process dies, however it dies: no pid that another
// process may have got since, no stale file to detect. Node offers them only inside its SQLite.

const busy = 5

/** Something held until `release`, or until this process ends. */
export interface Hold {
  release(): void
}

/** Takes the file for this caller alone; null while anybody else, of this process too, has it. */
export function holdAlone(file: string): Hold | null {
  return hold(file, 'BEGIN EXCLUSIVE')
}

/** Takes the file together with all others who share it; null while somebody has it alone. */
export function holdShared(file: string): Hold | null {
  // A deferred transaction takes its lock with the first read.
  return hold(file, 'BEGIN; SELECT count(*) FROM sqlite_schema')
}

/** Does `work` while nobody else does any under the same file; calls `onWait` once if it must wait. */
export async function oneAtATime<T>(
  file: string,
  onWait: () => void,
  work: () => Promise<T>,
): Promise<T> {
  let held = holdAlone(file)
  if (held === null) onWait()
  while (held === null) {
    await pause(50)
    held = holdAlone(file)
  }
  try {
    return await work()
  } finally {
    held.release()
  }
}

function hold(file: string, statement: string): Hold | null {
  const database = new DatabaseSync(file, { timeout: 0 })
  try {
    database.exec(statement)
  } catch (error) {
    database.close()
    if ((error as { errcode?: number }).errcode === busy) return null
    throw error
  }
  return {
    release: () => {
      if (database.isOpen) database.close()
    },
  }
}
