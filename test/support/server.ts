import { EmbeddedPostgresError } from '../../src/sandbox/postgres/errors.ts'
import {
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/sandbox/postgres/launcher.ts'
import { scratchFolder } from './scratch.ts'

/** An embedded server for the tests of this checkout; the last to leave stops it and gives its memory back. */
export async function attachServer(
  name: string,
  log: (line: string) => void,
): Promise<{ url: string; folder: string; leave: () => Promise<void> }> {
  const { folder, inMemory } = await scratchFolder(name)
  const { url, detach } = await startEmbeddedPostgres({ dataDir: folder, log })
  return {
    url,
    folder,
    leave: async () => {
      await detach()
      if (inMemory) await removeUnlessInUse(folder, log)
    },
  }
}

async function removeUnlessInUse(folder: string, log: (line: string) => void): Promise<void> {
  try {
    await removeEmbeddedPostgres({ dataDir: folder, log })
  } catch (error) {
    if (!(error instanceof EmbeddedPostgresError)) throw error
  }
}
