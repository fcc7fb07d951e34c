import type { Core } from '../../foundation/core.ts'
import { compileReader, standardReader, type Reader } from '../../reply/understand.ts'
import { activeVersion, activeVersionNumber } from './store.ts'

const cacheMs = 2_000

/**
 * The reader with the words in force; an answer may be two seconds old. Words that no longer fit the
 * program (their notation may have changed with it) are left out, loudly: reading never stops.
 */
export function lexiconReader(deps: Pick<Core, 'db' | 'log'>): () => Promise<Reader> {
  let version: number | null = null
  let reader = standardReader
  let readAtMs = -Infinity
  return async () => {
    if (performance.now() - readAtMs < cacheMs) return reader
    readAtMs = performance.now()
    if ((await activeVersionNumber(deps.db)) === version) return reader
    const active = await activeVersion(deps.db)
    version = active?.version ?? null
    try {
      reader = active && active.groups.length > 0 ? compileReader(active.groups) : standardReader
    } catch (error) {
      deps.log.error({ err: error, version }, 'the words in force cannot be used; left out')
      reader = standardReader
    }
    return reader
  }
}
