import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { ensureConsole } from '../src/commands/console-build.ts'
import { consoleFolder } from '../src/http/console.ts'

interface Chunk {
  file: string
  isEntry?: boolean
  imports?: string[]
}

let manifest: Record<string, Chunk>
beforeAll(async () => {
  await ensureConsole(() => {})
  manifest = JSON.parse(await readFile(join(consoleFolder, '.vite/manifest.json'), 'utf8'))
})

/** The chunk and everything that it needs before it runs. */
function needed(name: string, found = new Set<string>()): Set<string> {
  if (found.has(name)) return found
  found.add(name)
  for (const other of manifest[name]!.imports ?? []) needed(other, found)
  return found
}

async function gzipKilobytes(names: Iterable<string>): Promise<number> {
  let bytes = 0
  for (const name of names) {
    const { file } = manifest[name]!
    if (file.endsWith('.js')) bytes += gzipSync(await readFile(join(consoleFolder, file))).length
  }
  return bytes / 1000
}

describe('the console as it is delivered', () => {
  const desk = ['index.html', 'desk/work.tsx', 'desk/queue.tsx', 'desk/case.tsx']

  test('the whole desk is at most 600 kB of compressed script', async () => {
    const names = new Set(desk.flatMap((name) => [...needed(name)]))
    const kilobytes = await gzipKilobytes(names)
    expect(kilobytes).toBeGreaterThan(50)
    expect(kilobytes).toBeLessThanOrEqual(600)
  })

  test('charts are loaded only where they are shown', () => {
    const chart = manifest['supervise/hours-chart.tsx']!
    expect(chart).toBeDefined()
    for (const name of [...desk, 'supervise/overview.tsx']) {
      expect([...needed(name)]).not.toContain('supervise/hours-chart.tsx')
    }
  })

  test('nothing is fetched from elsewhere', async () => {
    const page = await readFile(join(consoleFolder, 'index.html'), 'utf8')
    expect(page).not.toMatch(/(?:src|href)="(?:https?:)?\/\//)
    expect(page).toContain('nonce="__CSP_NONCE__"')
  })
})
