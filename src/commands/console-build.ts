import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { consoleFolder } from '../http/console.ts'

const sourceFolder = fileURLToPath(new URL('../console', import.meta.url))

/**
 * Builds the console when it is not there or older than its source, so that a fresh clone needs no
 * command of its own for it. An installation without the build tools keeps what it was delivered with.
 * Returns whether a console is there.
 */
export async function ensureConsole(say: (line: string) => void): Promise<boolean> {
  const builtAt = await changedAt(join(consoleFolder, 'index.html'))
  if (builtAt !== null && builtAt >= ((await newestIn(sourceFolder)) ?? 0)) return true
  const vite = await import('vite').catch(() => null)
  if (vite === null) return builtAt !== null
  say('building the console …')
  await vite.build({
    configFile: fileURLToPath(new URL('../../vite.config.ts', import.meta.url)),
    logLevel: 'silent',
  })
  return true
}

async function changedAt(file: string): Promise<number | null> {
  return stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => null,
  )
}

async function newestIn(folder: string): Promise<number | null> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const times = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => changedAt(join(entry.parentPath, entry.name))),
  )
  const known = times.filter((time) => time !== null)
  return known.length === 0 ? null : Math.max(...known)
}
