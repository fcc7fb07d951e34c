import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Vault } from '../foundation/core.ts'
import { inBusinessZone } from '../foundation/clock.ts'
import { idTime, type Id } from '../foundation/ids.ts'

/** Where recordings lie, each sealed under the keys of the data (law 10). */
export interface RecordingStore {
  put(id: Id, wav: Buffer): Promise<void>
  /** Null when there is none. */
  get(id: Id): Promise<Buffer | null>
  delete(id: Id): Promise<void>
}

/** A folder, with one of its own for each month. */
export function recordingFolder(vault: Vault, folder: string): RecordingStore {
  const fileOf = (id: Id) =>
    join(folder, inBusinessZone(idTime(id)).toFormat('yyyy-MM'), `${id}.wav.sealed`)
  return {
    async put(id, wav) {
      const file = fileOf(id)
      await mkdir(dirname(file), { recursive: true, mode: 0o700 })
      // Whole or not at all: a process that dies while it writes leaves no half of a recording.
      await writeFile(`${file}.part`, vault.sealBytes(wav, 'recording'), { mode: 0o600 })
      await rename(`${file}.part`, file)
    },
    async get(id) {
      try {
        return vault.openBytes(await readFile(fileOf(id)), 'recording')
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
        throw error
      }
    },
    delete: (id) => rm(fileOf(id), { force: true }),
  }
}
