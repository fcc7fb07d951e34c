import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stopwatch } from '../foundation/clock.ts'
import { processEnvironment } from '../foundation/config.ts'
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
  const vite = viteProgram()
  if (vite === null) {
    if (builtAt === null)
      say('there is no console here, and nothing to build it with: the API alone is served')
    return builtAt !== null
  }
  say('building the console, once for each change of it: this takes a moment …')
  const seconds = stopwatch()
  await build(vite)
  say(`the console is built, in ${Math.ceil(seconds() / 1_000)} s`)
  return true
}

function viteProgram(): string | null {
  try {
    const manifest = createRequire(import.meta.url).resolve('vite/package.json')
    return join(dirname(manifest), 'bin/vite.js')
  } catch {
    return null
  }
}

/** In a process of its own: what is built is what people work with, whatever this process is run for. */
async function build(vite: string): Promise<void> {
  const child = spawn(process.execPath, [vite, 'build', '--logLevel', 'error'], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    env: { ...processEnvironment(), NODE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error('the console could not be built: see above')
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
