import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { testApp, until, type TestApp } from '../support/app.ts'
import { seedCallback } from '../support/cases.ts'
import { chromiumPath, launch } from './chromium.ts'
import { logIn, openDesk, person } from './desk.ts'

// Where there is no browser the run has said so.
describe.skipIf(chromiumPath === undefined)('the desk, by keyboard alone', () => {
  let browser: Browser
  let t: TestApp
  beforeAll(async () => {
    browser = await launch()
  })
  afterEach(async () => t.close())
  afterAll(async () => browser.close())

  test('from log-in to a recorded call, which is undone and recorded anew', async () => {
    t = await testApp({ policy: (policy) => void (policy.callback.undoSeconds = 60) })
    await person(t, '李红')
    const id = await seedCallback(t.app, { phone: '13951601234', name: '王秀英' })
    const desk = await openDesk(browser, t)
    const { page } = desk
    await logIn(desk, '李红')
    await page.getByRole('heading', { name: '您手上没有任务' }).waitFor()

    await page.keyboard.press('n')
    await page.getByRole('heading', { name: '王秀英' }).waitFor()
    expect(await page.locator('.phone').textContent()).toBe('139****1234')
    await page.keyboard.press('d')
    await page.getByText('139 5160 1234').waitFor()
    expect(page.url()).not.toContain('1395160')

    await page.keyboard.press('Control+Enter')
    await page.getByText('请选择拨打结果').waitFor()
    await page.keyboard.press('1')
    await page.keyboard.press('Control+Enter')
    await page.getByText('接通后请选择核实结论').waitFor()
    await page.keyboard.press('w')
    await page.keyboard.press('v')
    await page.keyboard.press('m')
    await page.keyboard.type('窗口午间无人，跑了三趟')
    await page.getByText(/已自动保存/).waitFor()
    await page.keyboard.press('Control+Enter')
    await page.getByText('已记录：接通 · 部分成立').waitFor()
    expect(await page.content()).not.toContain('5160 1234')

    await page.keyboard.press('u')
    await page.getByRole('heading', { name: '王秀英' }).waitFor()
    expect(await page.getByLabel('核实情况').inputValue()).toBe('窗口午间无人，跑了三趟')
    await page.keyboard.press('q')
    await page.keyboard.press('Control+Enter')
    await page.getByText('已记录：接通 · 成立').waitFor()
    const attempt = await until('the attempt', () =>
      t.app.db.selectFrom('attempt').selectAll().where('callbackId', '=', id).executeTakeFirst(),
    )
    expect(attempt).toMatchObject({ result: 'reached', finding: 'upheld', rating: 'dissatisfied' })
    expect(desk.complaints).toEqual([])
  })
})
