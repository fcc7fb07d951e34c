import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { testApp, type TestApp } from '../support/app.ts'
import { seedCallbacks } from '../support/cases.ts'
import { chromiumPath, launch } from './chromium.ts'
import { logIn, openDesk, person } from './desk.ts'

/** Run in the page, which has types of its own. */
const measuring = `(() => {
  const hidden = (element) => element.scrollWidth - element.clientWidth
  return {
    letters: getComputedStyle(document.documentElement).fontSize,
    page: hidden(document.documentElement),
    inside: hidden(document.querySelector('#page')),
  }
})()`

describe.skipIf(chromiumPath === undefined)('the desk on every screen', () => {
  let browser: Browser
  let t: TestApp
  beforeAll(async () => {
    browser = await launch()
  })
  afterEach(async () => t.close())
  afterAll(async () => browser.close())

  test.each([
    { width: 1366, height: 768, letterPx: '15px' },
    { width: 3840, height: 2160, letterPx: '24px' },
  ])('of $width × $height nothing is cut off at the side', async ({ letterPx, ...size }) => {
    t = await testApp()
    await person(t, '陈刚', 'supervisor')
    const [id] = await seedCallbacks(
      t.app,
      Array.from({ length: 12 }, (_, at) => ({
        name: `群众${at}`,
        item: '居民身份证到期换领（异地办理，加急）',
        text: '不满意，窗口中午没人，材料也没一次说清，来回跑了三趟，问谁都说不知道，希望有人管一管',
      })),
    )
    const desk = await openDesk(browser, t)
    const { page } = desk
    await page.setViewportSize(size)
    await logIn(desk, '陈刚')
    const seen: Record<string, string> = {
      '/work': '.tiles',
      '/queue': '.queue-row',
      '/overview': '.tiles',
      '/reviews': '.sheet',
      '/search': '.search',
      [`/cases/${id}`]: '.columns',
    }
    for (const [path, content] of Object.entries(seen)) {
      await page.goto(path)
      await page.locator(content).first().waitFor()
      const measured = await page.evaluate(measuring)
      expect([path, measured]).toEqual([path, { letters: letterPx, page: 0, inside: 0 }])
    }
    // What is read first stands on the screen at once, without scrolling.
    for (const what of ['.citizen', '.clock .deadline']) {
      const box = (await page.locator(what).first().boundingBox())!
      expect(box.x + box.width).toBeLessThanOrEqual(size.width)
      expect(box.y + box.height).toBeLessThanOrEqual(size.height)
    }
  })
})
