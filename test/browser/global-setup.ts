import type { TestProject } from 'vitest/node'
import { ensureConsole } from '../../src/commands/console-build.ts'
import setUpServers from '../support/global-setup.ts'
import { chromiumPath } from './chromium.ts'

/** The servers, and the console as it is delivered. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  if (chromiumPath === undefined) {
    sayLeftOut()
    return async () => sayLeftOut()
  }
  if (!(await ensureConsole((line) => void process.stderr.write(`${line}\n`)))) {
    throw new Error('there is no console to test: vite is not installed')
  }
  return setUpServers(project)
}

function sayLeftOut(): void {
  const line = '*'.repeat(78)
  process.stderr.write(
    `${line}\nLEFT OUT: the console in a real browser. Install chromium or set TEST_CHROMIUM_PATH.\n${line}\n`,
  )
}
