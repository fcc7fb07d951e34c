import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'
import { testEnv } from '../support/env.ts'

const usual = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** The browser of this machine; undefined where there is none. */
export const chromiumPath = [testEnv.chromiumPath, ...usual].find(
  (path) => path !== undefined && existsSync(path),
)

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath!,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
