import { existsSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { stopwatch } from '../../foundation/clock.ts'
import { policyReader } from '../../policy/reader.ts'
import { openSession } from '../../staff/sign-in.ts'
import type { Staff } from '../../staff/store.ts'
import { sessionCookie } from '../../http/auth.ts'
import type { Stage } from './stage.ts'

const chromiumPath = '/usr/bin/chromium'

export interface DeskInBrowser {
  /** From the key to the next case on the screen, in milliseconds; the case is then recorded as busy. */
  nextCaseMs(): Promise<number>
  close(): Promise<void>
}

/** The desk of one person as they see it, in a real browser; null where there is none. */
export async function openDeskInBrowser(
  { core }: Stage,
  url: string,
  staff: Staff,
): Promise<DeskInBrowser | null> {
  if (!existsSync(chromiumPath)) return null
  const { chromium } = await import('playwright-core')
  const visitor = { address: '127.0.0.1', userAgent: 'bench' }
  const deps = { ...core, policy: policyReader(core) }
  const { token } = await openSession(deps, visitor, staff, 'password')
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: ['--no-sandbox', '--disable-gpu'],
  })
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 } })
  await context.addCookies([{ name: sessionCookie, value: token, url, httpOnly: true }])
  const page = await context.newPage()
  await page.goto(url)
  await free(page)
  return {
    nextCaseMs: () => nextCase(page),
    close: () => browser.close(),
  }
}

async function nextCase(page: Page): Promise<number> {
  const pressed = stopwatch()
  await page.keyboard.press('n')
  await page.locator('.phone').waitFor()
  const shownMs = pressed()
  await page.keyboard.press('2')
  await page.keyboard.press('Control+Enter')
  await free(page)
  return shownMs
}

const free = (page: Page) => page.getByRole('heading', { name: '您手上没有任务' }).waitFor()
