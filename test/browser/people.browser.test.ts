import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { station, testApp, until, type TestApp } from '../support/app.ts'
import { serious } from './axe.ts'
import { chromiumPath, launch } from './chromium.ts'
import { choose, enter, logIn, openDesk, password, person } from './desk.ts'

describe.skipIf(chromiumPath === undefined)('people and their accounts', () => {
  let browser: Browser
  let t: TestApp
  beforeAll(async () => {
    browser = await launch()
  })
  afterEach(async () => t.close())
  afterAll(async () => browser.close())

  test('an administrator registers somebody by keys, who must change the password and then works', async () => {
    t = await testApp()
    await person(t, '王芳', 'administrator')
    const admin = await openDesk(browser, t)
    const { page } = admin
    await logIn(admin, '王芳')
    await page.getByRole('heading', { name: '人员' }).waitFor()
    await page.getByText('您本人：由另一名管理员修改').waitFor()
    expect(await serious(page)).toEqual([])

    await page.keyboard.press('n')
    const form = page.getByRole('dialog', { name: '登记人员' })
    await page.locator('input:focus').and(form.getByLabel('姓名或工号')).waitFor()
    await page.keyboard.type('王芳')
    await form.getByLabel('所在单位').focus()
    await choose(form.getByLabel('所在单位'), '民意')
    await form.getByRole('button', { name: '登记' }).focus()
    await page.keyboard.press('Enter')
    // Refused at the field, with everything that was typed still there.
    await form.getByText('已有同名人员，请在姓名后加以区分').waitFor()
    expect(await form.getByLabel('姓名或工号').inputValue()).toBe('王芳')
    await form.getByText('民意中心', { exact: true }).waitFor()
    await form.getByLabel('姓名或工号').fill('李红')
    await page.keyboard.press('Enter')
    await page.getByText('李红 的初始密码').waitFor()
    const secret = (await page.locator('.secret code').textContent())!.trim()
    await page.getByRole('button', { name: '已经记下' }).click()
    await page.getByRole('row', { name: /李红.*回访员.*待改初始密码/ }).waitFor()
    expect(await page.content()).not.toContain(secret)

    const desk = await openDesk(browser, t)
    await enter(desk, '李红', secret)
    await desk.page.getByRole('heading', { name: '请先更改密码' }).waitFor()
    expect(await serious(desk.page)).toEqual([])
    const fill = async (current: string, next: string, again: string) => {
      await desk.page.getByLabel('当前密码').fill(current)
      await desk.page.getByLabel('新密码', { exact: true }).fill(next)
      await desk.page.getByLabel('再输一遍新密码').fill(again)
      await desk.page.keyboard.press('Enter')
    }
    await fill(secret, password, 'something-else')
    await desk.page.getByText('两次输入的新密码不一致').waitFor()
    await fill(secret, '李红-huifang-2026', '李红-huifang-2026')
    await desk.page.getByText('密码不能包含姓名').waitFor()
    await fill(secret, password, password)
    await desk.page.getByRole('heading', { name: '您手上没有任务' }).waitFor()
    expect([...admin.complaints, ...desk.complaints]).toEqual([])
  })

  test('an administrator moves, locks out and lets back in; whoever is out sees the log-in', async () => {
    t = await testApp()
    await person(t, '王芳', 'administrator')
    await person(t, '李红')
    const desk = await openDesk(browser, t)
    await logIn(desk, '李红')
    const admin = await openDesk(browser, t)
    const { page } = admin
    await logIn(admin, '王芳')

    await page.getByRole('button', { name: '登录：李红' }).click()
    await page.getByRole('dialog', { name: '李红 的登录' }).getByText('127.0.0.1').waitFor()
    expect(await serious(page)).toEqual([])
    await page.keyboard.press('Escape')

    await page.getByRole('button', { name: '停用：李红' }).click()
    await page.getByText('此人的登录和密钥会立即失效').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: '停用' }).click()
    await page.getByRole('row', { name: /李红/ }).waitFor({ state: 'detached' })
    await desk.page.getByText('登录已过期，请重新登录').waitFor()

    await page.getByRole('switch').click()
    await page.getByRole('button', { name: '启用：李红' }).click()
    await page.getByRole('dialog').getByRole('button', { name: '启用' }).click()
    await page.getByRole('button', { name: '修改：李红' }).click()
    const form = page.getByRole('dialog', { name: '修改：李红' })
    await form.getByLabel('角色').click()
    await page.locator('.ant-select-item-option', { hasText: '督办员' }).click()
    await form.getByRole('button', { name: '保存' }).click()
    await page.getByRole('row', { name: /李红.*督办员/ }).waitFor()
    const row = await t.app.db
      .selectFrom('staff')
      .select(['role', 'active'])
      .where('name', '=', '李红')
      .executeTakeFirst()
    expect(row).toEqual({ role: 'supervisor', active: true })

    await page.getByRole('button', { name: '重置密码：李红' }).click()
    await page.getByRole('dialog').getByRole('button', { name: '重置' }).click()
    await page.getByText('李红 的初始密码').waitFor()
    expect(admin.complaints).toEqual([])
  })

  test('a handler is told what comes here, ends another log-in and changes the password', async () => {
    t = await testApp()
    await person(t, '赵强', 'handler', station)
    const other = await openDesk(browser, t)
    await logIn(other, '赵强')
    const desk = await openDesk(browser, t)
    const { page } = desk
    await logIn(desk, '赵强')
    await page.getByRole('heading', { name: '督办单', exact: true }).waitFor()
    await page.getByText('签发给黄楼派出所的督办单会列在这里').waitFor()
    expect(await serious(page)).toEqual([])
    await page.getByText('本次登录').waitFor()
    await page.getByRole('button', { name: /^终止 / }).click()
    await other.page.getByText('登录已过期，请重新登录').waitFor()

    await page.getByLabel('当前密码').fill('not-my-password')
    await page.getByLabel('新密码', { exact: true }).fill('another-desk-2027')
    await page.getByLabel('再输一遍新密码').fill('another-desk-2027')
    await page.keyboard.press('Enter')
    await page.locator('.ant-form-item-explain-error').first().waitFor()
    expect(await page.getByLabel('新密码', { exact: true }).inputValue()).toBe('another-desk-2027')
    await page.getByLabel('当前密码').fill(password)
    await page.keyboard.press('Enter')
    await page.getByText('密码已更改，其他登录已终止').waitFor()
    await until('the new password', async () => {
      const answer = await fetch(`${t.url}/api/v1/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name: '赵强', password: 'another-desk-2027' }),
      })
      return answer.status === 200
    })
    expect(desk.complaints).toEqual([])
  })
})
