import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AwsClient } from 'aws4fetch'
import type { Vault } from '../foundation/core.ts'
import { inBusinessZone } from '../foundation/clock.ts'
import { AppError } from '../foundation/errors.ts'
import { idTime, type Id } from '../foundation/ids.ts'

/** Where recordings lie, each sealed under the keys of the data (law 10). */
export interface RecordingStore {
  put(id: Id, wav: Buffer): Promise<void>
  /** Null when there is none. */
  get(id: Id): Promise<Buffer | null>
  delete(id: Id): Promise<void>
}

const keyOf = (id: Id) => `${inBusinessZone(idTime(id)).toFormat('yyyy-MM')}/${id}.wav.sealed`

/** A folder, with one of its own for each month. */
export function recordingFolder(vault: Vault, folder: string): RecordingStore {
  const fileOf = (id: Id) => join(folder, keyOf(id))
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

export interface BucketSettings {
  /** `https://host/bucket` */
  url: string
  keyId: string
  secret: string
  region: string
}

const timeoutMs = 60_000

/** A bucket of any store that speaks S3. Throws `recording.store_away` where it does not answer as it should. */
export function recordingBucket(vault: Vault, settings: BucketSettings): RecordingStore {
  const client = new AwsClient({
    accessKeyId: settings.keyId,
    secretAccessKey: settings.secret,
    region: settings.region,
    service: 's3',
    retries: 2,
  })
  const ask = async (method: 'PUT' | 'GET' | 'DELETE', id: Id, body?: Buffer<ArrayBuffer>) => {
    const init = { method, signal: AbortSignal.timeout(timeoutMs), ...(body ? { body } : {}) }
    const response = await client.fetch(`${settings.url}/${keyOf(id)}`, init).catch(() => null)
    if (response?.status === 404) return null
    if (!response?.ok) throw new AppError('recording.store_away')
    return Buffer.from(await response.arrayBuffer())
  }
  return {
    async put(id, wav) {
      const sealed = Buffer.from(vault.sealBytes(wav, 'recording'))
      // A bucket that is not there answers as a recording that is not there.
      if (!(await ask('PUT', id, sealed))) throw new AppError('recording.store_away')
    },
    async get(id) {
      const sealed = await ask('GET', id)
      return sealed && vault.openBytes(sealed, 'recording')
    },
    async delete(id) {
      await ask('DELETE', id)
    },
  }
}
