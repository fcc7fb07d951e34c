import { readFile } from 'node:fs/promises'
import { strFromU8, unzipSync } from 'fflate'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { testApp, until, type TestApp } from '../support/app.ts'
import { seedCallback, seedCallbacks } from '../support/cases.ts'
import { serious } from './axe.ts'
import { chromiumPath, launch } from './chromium.ts'
import { choose, logIn, openDesk, person } from './desk.ts'

describe.skipIf(chromiumPath === undefined)('those who lead the desk', () => {
  let browser: Browser
  let t: TestApp
  beforeAll(async () => {
    browser = await launch()
  })
  afterEach(async () => t.close())
  afterAll(async () => browser.close())

  test('a supervisor gives several cases of one bureau to somebody, by keys alone', async () => {
    t = await testApp()
    const agent = await person(t, '李红')
    await person(t, '陈刚', 'supervisor')
    const [one, two, other] = await seedCallbacks(t.app, [
      { name: '甲' },
      { name: '乙', unitCode: 'PCS2' },
      { name: '丙', unitCode: 'FJ2' },
    ])
    const desk = await openDesk(browser, t)
    const { page } = desk
    await logIn(desk, '陈刚')
    await page.goto('/queue')
    await page.locator('.queue-row').nth(2).waitFor()
    await page.getByLabel('单位', { exact: true }).focus()
    await choose(page.getByLabel('单位', { exact: true }), '鼓楼')
    await page.locator('.queue-row').nth(2).waitFor({ state: 'detached' })
    expect(page.url()).toContain('unitCode=FJ1')
    await page.getByRole('button', { name: /现在可拨/ }).focus()
    await page.keyboard.press('z')
    await page.getByText('已选取 2 件').waitFor()
    expect(await serious(page)).toEqual([])
    await page.keyboard.press('r')
    const dialog = page.getByRole('dialog', { name: '改派 2 件' })
    await choose(dialog.getByLabel('交给'), '李红')
    await page.keyboard.press('Tab')
    await page.locator('textarea:focus').waitFor()
    await page.keyboard.type('请今天打完')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByText('已改派 2 件').waitFor()
    const holders = await t.app.db.selectFrom('callback').select(['id', 'leaseHolder']).execute()
    expect(Object.fromEntries(holders.map(({ id, leaseHolder }) => [id, leaseHolder]))).toEqual({
      [one!]: agent,
      [two!]: agent,
      [other!]: null,
    })
    expect(desk.complaints).toEqual([])
  })

  test('two who decide one proposal: the first decides, the second is told', async () => {
    t = await testApp()
    await person(t, '陈刚', 'supervisor')
    await person(t, '周敏', 'supervisor')
    const agent = await t.staffKey('supervisor', undefined, '吴军')
    const id = await seedCallback(t.app)
    await t.call('POST', `/api/v1/callbacks/${id}/claim`, agent, {})
    await t.call('POST', `/api/v1/callbacks/${id}/attempts`, agent, {
      result: 'reached',
      finding: 'mistaken',
      rating: 'satisfied',
    })
    const [one, two] = [await openDesk(browser, t), await openDesk(browser, t)]
    await logIn(one, '陈刚')
    await logIn(two, '周敏')
    for (const { page } of [one, two]) {
      await page.goto('/reviews')
      await page.getByRole('button', { name: '同意' }).waitFor()
    }
    // Not heard of the first decision, as when both press at once.
    await two.page.route('**/api/v1/callbacks/reviews', (route) => route.abort())
    await one.page.getByRole('button', { name: '同意' }).click()
    await one.page.getByText('没有待复核的评价').waitFor()
    await two.page.getByRole('button', { name: '驳回' }).click()
    await two.page.locator('.ant-message').getByText(/复核/).waitFor()
    const { laterRating, finding } = await t.app.db
      .selectFrom('callback')
      .select(['laterRating', 'finding'])
      .executeTakeFirstOrThrow()
    expect({ laterRating, finding }).toEqual({ laterRating: 'satisfied', finding: 'mistaken' })
  })

  test('an export is saved as a workbook without whole numbers, and is on record', async () => {
    t = await testApp()
    await person(t, '陈刚', 'supervisor')
    await seedCallback(t.app, { phone: '13951601234' })
    const desk = await openDesk(browser, t)
    const { page } = desk
    await logIn(desk, '陈刚')
    await page.goto('/search')
    await page.getByRole('button', { name: /导出 Excel/ }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByPlaceholder('开始日期').click()
    await page.locator('.ant-picker-cell-today').first().click()
    await page.locator('.ant-picker-cell-today').last().click()
    const saving = page.waitForEvent('download')
    await dialog.getByRole('button', { name: /导\s?出/ }).click()
    const saved = await saving
    expect(saved.suggestedFilename()).toMatch(/\.xlsx$/)
    const files = unzipSync(new Uint8Array(await readFile(await saved.path())))
    const sheet = strFromU8(files['xl/worksheets/sheet1.xml']!)
    expect(sheet).toContain('139****1234')
    expect(sheet).not.toContain('13951601234')
    await until('the record of it', () =>
      t.app.db
        .selectFrom('audit')
        .select('id')
        .where('action', '=', 'callback.export')
        .executeTakeFirst(),
    )
    expect(desk.complaints).toEqual([])
  })

  test('a hand-over goes to the colleague with a word, by keys', async () => {
    t = await testApp()
    const colleague = await person(t, '陈刚')
    await person(t, '李红')
    await seedCallback(t.app)
    const desk = await openDesk(browser, t)
    const { page } = desk
    await logIn(desk, '李红')
    await page.keyboard.press('n')
    await page.getByRole('heading', { name: '王秀英' }).waitFor()
    await page.keyboard.press('h')
    const dialog = page.getByRole('dialog', { name: '转交同事' })
    await choose(dialog.getByLabel('交给'), '陈刚')
    await page.keyboard.press('Tab')
    await page.locator('textarea:focus').waitFor()
    await page.keyboard.type('对方下午有空')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: '您手上没有任务' }).waitFor()
    const other = await openDesk(browser, t)
    await logIn(other, '陈刚')
    await other.page.getByRole('heading', { name: '您手上有 1 件' }).waitFor()
    await other.page.keyboard.press('o')
    await other.page.getByText('对方下午有空').waitFor()
    const { leaseHolder } = await t.app.db
      .selectFrom('callback')
      .select('leaseHolder')
      .executeTakeFirstOrThrow()
    expect(leaseHolder).toBe(colleague)
    expect([...desk.complaints, ...other.complaints]).toEqual([])
  })
})
