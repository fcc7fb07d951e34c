import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { testApp, until, freshPhone, row, type TestApp } from '../support/app.ts'
import { seedCallback } from '../support/cases.ts'
import { serious } from './axe.ts'
import { chromiumPath, launch } from './chromium.ts'
import { logIn, openDesk, person } from './desk.ts'

/** Run in the page, which has types of its own: marks the page once a tone begins to play. */
const notingTones = `
  const { start } = OscillatorNode.prototype
  OscillatorNode.prototype.start = function (when) {
    if (this.context.state === 'running') document.documentElement.dataset.tones = 'played'
    start.call(this, when)
  }`

describe.skipIf(chromiumPath === undefined)('each role’s way', () => {
  let browser: Browser
  let t: TestApp
  beforeAll(async () => {
    browser = await launch()
  })
  afterEach(async () => t.close())
  afterAll(async () => browser.close())

  test('an urgent reply rings at the desk, is taken by a key and judged by a key', async () => {
    t = await testApp()
    await t.work()
    await person(t, '李红')
    const desk = await openDesk(browser, t)
    await desk.page.addInitScript({ content: notingTones })
    await logIn(desk, '李红')
    const phone = freshPhone()
    await t.call('POST', '/api/v1/transactions', t.sourceKey, row('a', { citizen: { phone } }))
    await until('asked', async () => t.gateway.ledger().length > 0)
    t.gateway.reply({ phone, text: '他又来砸门了，救命' })
    await desk.page.getByRole('alert').getByText('紧急回复 1 条').waitFor()
    await desk.page.locator('html[data-tones=played]').waitFor({ state: 'attached' })
    expect(await serious(desk.page)).toEqual([])
    await desk.page.keyboard.press('a')
    await desk.page.getByRole('heading', { name: '人工判读' }).waitFor()
    await desk.page.getByText('打电话问清').waitFor()
    await desk.page.keyboard.press('c')
    await desk.page.getByText('没有待判读的回复').waitFor()
    const opened = await t.app.db.selectFrom('callback').select('origin').execute()
    expect(opened).toEqual([{ origin: 'urgent' }])
    expect(desk.complaints).toEqual([])
  })

  test('a supervisor decides what an agent proposed, and sees the day', async () => {
    t = await testApp()
    await person(t, '陈刚', 'supervisor')
    const agent = await t.staffKey('agent')
    const id = await seedCallback(t.app)
    await t.call('POST', `/api/v1/callbacks/${id}/claim`, agent, {})
    await t.call('POST', `/api/v1/callbacks/${id}/attempts`, agent, {
      result: 'reached',
      finding: 'not_upheld',
      rating: 'satisfied',
    })
    const desk = await openDesk(browser, t)
    await logIn(desk, '陈刚')
    await desk.page.goto('/overview')
    await desk.page.getByRole('heading', { name: /督导/ }).waitFor()
    await desk.page.getByText('参评率').waitFor()
    await desk.page.locator('.chart canvas').waitFor()
    expect(await serious(desk.page)).toEqual([])
    await desk.page.goto('/reviews')
    await desk.page.getByRole('button', { name: '同意' }).click()
    await desk.page.getByText('没有待复核的评价').waitFor()
    const { laterRating } = await t.app.db
      .selectFrom('callback')
      .select('laterRating')
      .executeTakeFirstOrThrow()
    expect(laterRating).toBe('satisfied')
    expect(desk.complaints).toEqual([])
  })

  test('an auditor sees who saw a number; nobody sees the pages of another role', async () => {
    t = await testApp()
    await person(t, '孙明', 'auditor')
    const agent = await t.staffKey('agent', undefined, '李红')
    const id = await seedCallback(t.app)
    await t.call('POST', `/api/v1/callbacks/${id}/claim`, agent, {})
    await t.call('POST', `/api/v1/callbacks/${id}/number`, agent, {})
    const desk = await openDesk(browser, t)
    await logIn(desk, '孙明')
    await desk.page.getByRole('cell', { name: '查看完整号码' }).waitFor()
    expect(await serious(desk.page)).toEqual([])
    await desk.page.goto('/queue')
    await desk.page.getByText('没有这个页面，或您的角色不能查看').waitFor()
    expect(desk.complaints).toEqual([])
  })

  test('no screen of the desk has serious findings of axe, in light and in dark', async () => {
    t = await testApp()
    await person(t, '李红')
    const id = await seedCallback(t.app)
    const desk = await openDesk(browser, t)
    const { page } = desk
    await page.goto('/')
    await page.getByLabel('姓名或工号').waitFor()
    expect(await serious(page)).toEqual([])
    await logIn(desk, '李红')
    for (const path of ['/work', '/queue', '/triage', '/search', `/cases/${id}`]) {
      await page.goto(path)
      await page.locator('#page h1').first().waitFor()
      expect([path, await serious(page)]).toEqual([path, []])
    }
    await page.keyboard.press('l')
    await page.getByRole('button', { name: /显示号码/ }).waitFor()
    await page.keyboard.press('1')
    await page.getByText('反映的问题').waitFor()
    expect(await serious(page)).toEqual([])
    await page.getByLabel('换成深色').click()
    expect(await serious(page)).toEqual([])
  })
})
