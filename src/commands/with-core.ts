import { join } from 'node:path'
import { buildCore } from '../app.ts'
import {
  processEnvironment,
  readCoreConfig,
  readSettings,
  type CoreConfig,
  type Settings,
} from '../foundation/config.ts'
import type { Core } from '../foundation/core.ts'
import { openLog } from '../foundation/log.ts'
import { startEmbeddedPostgres } from '../sandbox/postgres/launcher.ts'

export const say = (line: string) => void process.stdout.write(`${line}\n`)
export const sayAll = (rows: readonly object[]) => rows.forEach((row) => say(JSON.stringify(row)))

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Runs what needs a database with what `read` makes of the environment. Where that names no server, the
 * embedded one of the data folder is started, or joined if another process did so; the last to end stops it.
 */
export async function withConfig<Config extends Settings, T>(
  read: (environment: Environment) => Config,
  act: (config: Config) => Promise<T>,
): Promise<T> {
  const environment = processEnvironment()
  if (environment['DATABASE_URL']) return act(read(environment))
  const inFolder = (url: string) => read({ ...environment, DATABASE_URL: url })
  // Faulty settings are told before anything is started.
  const { HUIFANG_DATA_DIR } = inFolder('postgresql://embedded')
  const { url, detach } = await startEmbeddedPostgres({
    dataDir: join(HUIFANG_DATA_DIR, 'postgres'),
    log: (line) => void process.stderr.write(`${line}\n`),
  })
  try {
    return await act(inFolder(url))
  } finally {
    await detach()
  }
}

/** The settings of a command that needs the database and nothing else. */
export const readDatabase = (environment: Environment) =>
  readSettings(environment, ['DATABASE_URL'])

/** Runs what needs keys and a database, and closes them. */
export async function withCore<T>(act: (core: Core, config: CoreConfig) => Promise<T>): Promise<T> {
  return withConfig(readCoreConfig, async (config) => {
    const core = buildCore(config, openLog('warn'))
    try {
      return await act(core, config)
    } finally {
      await core.db.destroy()
    }
  })
}
