import { buildCore } from '../app.ts'
import { processEnvironment, readCoreConfig } from '../foundation/config.ts'
import type { Core } from '../foundation/core.ts'
import { openLog } from '../foundation/log.ts'

export const say = (line: string) => void process.stdout.write(`${line}\n`)
export const sayAll = (rows: readonly object[]) => rows.forEach((row) => say(JSON.stringify(row)))

/** Runs what needs keys and a database, and closes them. */
export async function withCore<T>(act: (core: Core) => Promise<T>): Promise<T> {
  const core = buildCore(readCoreConfig(processEnvironment()), openLog('warn'))
  try {
    return await act(core)
  } finally {
    await core.db.destroy()
  }
}
