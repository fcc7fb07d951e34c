import { createHash } from 'node:crypto'
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'

const memory = '/dev/shm'
const tmpfsType = 0x01021994
const enoughBytes = 4 * 1024 ** 3

/**
 * A folder for a server of the tests, the same each time this checkout asks for the name: in memory where
 * Linux has room there, else under `.data/`. A test has a database of some 300 files of its own, and on
 * ext4 a file made soon after many were dropped costs a search past all of them: half of the time of a run.
 * Nothing here outlives a machine, and the crash of a server loses no more in memory than on a disk.
 */
export async function scratchFolder(name: string): Promise<{ folder: string; inMemory: boolean }> {
  const place = await statfs(memory).catch(() => null)
  if (place?.type !== tmpfsType || place.bavail * place.bsize < enoughBytes) {
    return { folder: join('.data', name), inMemory: false }
  }
  const checkout = createHash('sha256').update(process.cwd()).digest('hex').slice(0, 8)
  const user = process.getuid?.() ?? 0
  return { folder: join(memory, `huifang-${user}-${checkout}-${name}`), inMemory: true }
}
