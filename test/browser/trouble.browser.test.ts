import { sql } from 'kysely'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { nowPlus } from '../../src/foundation/database.ts'
import { testApp, until, type TestApp } from '../support/app.ts'
import { seedCallback, seedCallbacks } from '../support/cases.ts'
import { chromiumPath, launch } from './chromium.ts'
import { logIn, openDesk, person, password, type Desk } from './desk.ts'

const note = '窗口午间无人，跑了三趟'

describe.skipIf(chromiumPath === undefined)('the desk in trouble loses nothing', () => {
  let browser: Browser
  let t: TestApp
  beforeAll(async () => {
    browser = await launch()
  })
  afterEach(async () => t.close())
  afterAll(async () => browser.close())

  /** Somebody who has begun to write about a case. */
  async function writing(): Promise<{ desk: Desk; id: string }> {
    t = await testApp({ policy: (policy) => void (policy.callback.leaseSeconds = 900) })
    await person(t, '李红')
    const id = await seedCallback(t.app)
    const desk = await openDesk(browser, t)
    await logIn(desk, '李红')
    await desk.page.keyboard.press('n')
    await desk.page.getByRole('heading', { name: '王秀英' }).waitFor()
    for (const key of ['1', 'q', 'm']) await desk.page.keyboard.press(key)
    await desk.page.keyboard.type(note)
    return { desk, id }
  }
  const written = (desk: Desk) => desk.page.getByLabel('核实情况').inputValue()
  const attempts = () => t.app.db.selectFrom('attempt').select('finding').execute()

  test('a session that ended: one logs in over the page and goes on', async () => {
    const { desk } = await writing()
    const { page } = desk
    await page.getByText(/已自动保存/).waitFor()
    await t.app.db
      .updateTable('session')
      .set({ endedAt: sql<Date>`now()`, endReason: 'revoked' })
      .execute()
    await page.keyboard.press('Control+Enter')
    await page.getByText('登录已过期，请重新登录').waitFor()
    await page.keyboard.type(password)
    await page.keyboard.press('Enter')
    await page.getByText('登录已过期，请重新登录').waitFor({ state: 'hidden' })
    expect(await written(desk)).toBe(note)
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+Enter')
    await page.getByText('已记录：接通 · 成立').waitFor()
    expect(await attempts()).toEqual([{ finding: 'upheld' }])
  })

  test('a lease that was lost to a colleague: it is said, and what was typed stays', async () => {
    const { desk, id } = await writing()
    const { page } = desk
    await page.getByText(/已自动保存/).waitFor()
    const other = await t.staffKey('agent', undefined, '陈刚')
    await t.app.db
      .updateTable('callback')
      .set({ leaseHolder: null, leaseUntil: null, state: 'waiting' })
      .execute()
    expect((await t.call('POST', `/api/v1/callbacks/${id}/claim`, other, {})).status).toBe(200)
    await page.getByText('陈刚 正在处理这个任务，您可以查看但不能记录').waitFor()
    expect(await written(desk)).toBe(note)
    expect(await page.getByRole('button', { name: /提交记录/ }).isDisabled()).toBe(true)
  })

  test('a case that was closed meanwhile: it is said, and what was typed stays', async () => {
    const { desk, id } = await writing()
    const { page } = desk
    await t.app.db
      .updateTable('callback')
      .set({
        state: 'cancelled',
        closedAt: sql`now()`,
        closeReason: 'refused',
        leaseHolder: null,
        leaseUntil: null,
      })
      .where('id', '=', id)
      .execute()
    await page.getByText('该任务已取消').waitFor()
    expect(await written(desk)).toBe(note)
  })

  test('a network that is cut and comes back: it is seen, and what was typed meanwhile is kept', async () => {
    const { desk, id } = await writing()
    const { page, context } = desk
    await page.getByText(/已自动保存/).waitFor()
    await context.setOffline(true)
    await page.keyboard.type('，还没解决')
    await page.getByText('与服务器的连接已断开').waitFor()
    await page.getByText(/未能保存，正在重试/).waitFor()
    await context.setOffline(false)
    await page.getByText('与服务器的连接已断开').waitFor({ state: 'hidden' })
    await page.getByText(/已自动保存/).waitFor()
    const row = await t.app.db
      .selectFrom('callbackDraft')
      .select('contentSealed')
      .where('callbackId', '=', id)
      .executeTakeFirstOrThrow()
    expect(t.app.vault.open(row.contentSealed, 'note')).toContain(`${note}，还没解决`)
  })

  test('a second window: neither overwrites the other unseen', async () => {
    const { desk, id } = await writing()
    await desk.page.getByText(/已自动保存/).waitFor()
    const second = await desk.context.newPage()
    await second.goto(`/cases/${id}`)
    await second.getByLabel('核实情况').waitFor()
    await second.getByLabel('核实情况').fill('第二个窗口写的')
    await second.getByText(/已自动保存/).waitFor()
    await desk.page.bringToFront()
    await desk.page.keyboard.type('。')
    await desk.page.getByText('这张记录在另一个窗口中有更新的内容').waitFor()
    expect(await written(desk)).toBe(`${note}。`)
    await desk.page.getByRole('button', { name: '用另一窗口的' }).click()
    await until('the other text', async () => (await written(desk)) === '第二个窗口写的')
  })

  test('a deadline that passes while one looks turns red by itself', async () => {
    t = await testApp()
    await person(t, '李红')
    const id = await seedCallback(t.app)
    const desk = await openDesk(browser, t)
    await logIn(desk, '李红')
    const dueIn = (seconds: number) =>
      t.app.db
        .updateTable('callback')
        .set({ dueAt: nowPlus(seconds) })
        .execute()
    await dueIn(3_600)
    await desk.page.goto(`/cases/${id}`)
    await desk.page.locator('.case-head .deadline.warn').waitFor()
    await dueIn(5)
    const over = desk.page.locator('.case-head .deadline.bad')
    await over.waitFor()
    expect(await over.textContent()).toMatch(/^已超时/)
  })

  test('whoever leaves a case is asked, and can give it back', async () => {
    const { desk, id } = await writing()
    const { page } = desk
    await page.keyboard.press('Escape')
    await page.keyboard.press('g')
    await page.getByText('这个任务还在您手上').waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: '您手上没有任务' }).waitFor()
    const row = await t.app.db
      .selectFrom('callback')
      .select('state')
      .where('id', '=', id)
      .executeTakeFirst()
    expect(row).toEqual({ state: 'waiting' })
  })

  test('two at once get two cases, and each sees the other’s change without asking', async () => {
    t = await testApp()
    await person(t, '李红')
    await person(t, '陈刚')
    await seedCallbacks(t.app, [{ name: '甲' }, { name: '乙' }, { name: '丙' }])
    const [one, two] = [await openDesk(browser, t), await openDesk(browser, t)]
    await logIn(one, '李红')
    await logIn(two, '陈刚')
    await two.page.goto('/queue')
    await two.page.getByRole('button', { name: /现在可拨 ?3/ }).waitFor()
    await one.page.keyboard.press('n')
    await one.page.locator('.citizen').waitFor()
    await two.page.getByRole('button', { name: /现在可拨 ?2/ }).waitFor()
    await two.page.keyboard.press('n')
    await two.page.locator('.citizen').waitFor()
    expect(await two.page.locator('.citizen').textContent()).not.toBe(
      await one.page.locator('.citizen').textContent(),
    )
  })
})
