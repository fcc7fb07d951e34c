import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { hashPassword } from '../../src/staff/password.ts'
import { createStaff, type StaffRole } from '../../src/staff/staff.ts'
import { savePassword } from '../../src/staff/store.ts'
import { centre, type TestApp } from '../support/app.ts'
import { testEnv } from '../support/env.ts'

export const password = 'huifang-desk-2026'

/** Somebody with a password of their own, who works at the centre unless it is said otherwise. */
export async function person(
  { app }: TestApp,
  name: string,
  role: StaffRole = 'agent',
  unitCode = centre,
): Promise<string> {
  const { id } = await createStaff(app, 'test', { name, role, unitCode })
  await savePassword(app.db, { staffId: id, hash: await hashPassword(password), mustChange: false })
  return id
}

export interface Desk {
  page: Page
  context: BrowserContext
  /** What the browser complained about: refused by the policy, or thrown. */
  complaints: string[]
}

/** A browser of one's own, as it stands on a desk. */
export async function openDesk(browser: Browser, t: TestApp): Promise<Desk> {
  const context = await browser.newContext({
    viewport: { width: 1366, height: 768 },
    baseURL: t.url,
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  if (testEnv.browserSlowness) {
    const devtools = await context.newCDPSession(page)
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: testEnv.browserSlowness })
  }
  // Everything is waited for by what is seen; this only ends a wait in vain, also on a busy machine.
  page.setDefaultTimeout(60_000)
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    // A refused log-in and the like are answers, not faults.
    if (message.type() === 'error' && !/status of (4\d\d|503)|net::ERR/.test(message.text())) {
      complaints.push(message.text())
    }
  })
  return { page, context, complaints }
}

/** Logs in with the keyboard alone. */
export async function logIn(desk: Desk, name: string): Promise<void> {
  await enter(desk, name, password)
  await desk.page.locator('#page h1').first().waitFor()
}

/** Types a name and a password into the log-in; what comes then is the caller's to wait for. */
export async function enter({ page }: Desk, name: string, secret: string): Promise<void> {
  await page.goto('/')
  await page.getByLabel('姓名或工号').waitFor()
  await page.keyboard.type(name)
  await page.keyboard.press('Tab')
  await page.keyboard.type(secret)
  await page.keyboard.press('Enter')
}

/**
 * Picks by keys what begins so from a select that has the focus. A list that is not closed yet swallows
 * the next Tab, and people look before they go on: so does this.
 */
export async function choose(field: Locator, text: string): Promise<void> {
  const page = field.page()
  await page.locator('input:focus').and(field).waitFor()
  await page.keyboard.type(text)
  await page.locator('.ant-select-item-option-active', { hasText: text }).waitFor()
  await page.keyboard.press('Enter')
  await page.locator('[aria-expanded=false]').and(field).waitFor()
  await field.locator('..').filter({ hasText: text }).waitFor()
}
