import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { row, testApp, type TestApp } from '../support/app.ts'
import { good } from '../template/life.ts'
import { serious } from './axe.ts'
import { chromiumPath, launch } from './chromium.ts'
import { logIn, openDesk, person, type Desk } from './desk.ts'

describe.skipIf(chromiumPath === undefined)('texts, settings and lists in the console', () => {
  let browser: Browser
  let t: TestApp
  let stop: (() => Promise<void>) | undefined
  beforeAll(async () => {
    browser = await launch()
  })
  afterEach(async () => {
    await stop?.()
    stop = undefined
    await t.close()
  })
  afterAll(async () => browser.close())

  async function administrator(path: string): Promise<Desk> {
    await person(t, '王芳', 'administrator')
    const desk = await openDesk(browser, t)
    await logIn(desk, '王芳')
    await desk.page.goto(path)
    return desk
  }

  test('an administrator writes a text, mends what is found and refused, tries it, puts it in use and takes it back', async () => {
    t = await testApp({ policy: (policy) => (policy.template.applyApartSeconds = 0) })
    await t.call('POST', '/api/v1/transactions', t.sourceKey, [row('a'), row('b')])
    stop = await t.work()
    const desk = await administrator('/texts')
    const { page } = desk
    await page.getByRole('row', { name: /^ask-车管 征求意见 车管 第 1 版/ }).waitFor()
    expect(await serious(page)).toEqual([])

    await page.keyboard.press('n')
    const begin = page.getByRole('dialog', { name: '写新模板' })
    await page.locator('input:focus').and(begin.getByLabel('模板名')).waitFor()
    await page.keyboard.type('ask-new')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'ask-new' }).waitFor()

    const body = page.getByLabel('正文')
    const findings = page.getByRole('region', { name: '检查结果' })
    const submit = page.getByRole('button', { name: /提交审核$/ })
    await body.fill(`【公安】${good.body}`)
    await findings.getByText('须修改').first().waitFor()
    await findings.getByText('characters.brackets').first().waitFor()
    expect(await submit.isDisabled()).toBe(true)
    expect(await serious(page)).toEqual([])

    await body.fill(`${good.body}感谢参与好评。`)
    // Our own rules have nothing against it; the reviewers will.
    await findings.getByText('没有发现问题').waitFor()
    const preview = page.getByRole('region', { name: '预览' })
    await preview.getByText('您近日在黄楼派出所办理的户政业务已办结').waitFor()
    await preview.getByText(/139\*{4}\d{4} · 户政/).waitFor()
    await preview
      .getByText(/按 2 条计费/)
      .first()
      .waitFor()
    await submit.click()
    await page.getByText(/平台的意见：.*邀请好评/).waitFor()

    await body.fill(good.body)
    await findings.getByText('没有发现问题').waitFor()
    await submit.click()
    await page.getByRole('heading', { name: /第 1 版 · 审核通过/ }).waitFor()
    // What was handed in is to read only.
    expect(await body.count()).toBe(0)

    await page.getByLabel('权重：ask-new 第 1 版').fill('300')
    await page.getByText('75.0 %').waitFor()
    await page.getByRole('button', { name: '试算…' }).click()
    const trial = page.getByRole('dialog', { name: '试算' })
    await trial.getByRole('button', { name: '开始试算' }).click()
    await trial.getByText('会发短信').waitFor()
    await trial.getByText('最长的一条').waitFor()
    expect(await serious(page)).toEqual([])
    await page.keyboard.press('Escape')

    await page.getByRole('button', { name: '启用…' }).click()
    await page.getByLabel('原因（记入审计）').fill('新措辞')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: /第 1 版 · 使用中/ }).waitFor()
    await page.getByText('新措辞').waitFor()
    await page.getByRole('button', { name: '回退到上一方案…' }).click()
    await page.getByLabel('原因（记入审计）').fill('群众看不懂')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: /第 1 版 · 已停用/ }).waitFor()
    expect(desk.complaints).toEqual([])
  })

  test('what two people write of one text at once is not lost', async () => {
    t = await testApp()
    const desk = await administrator('/texts/ask')
    const { page } = desk
    await page.getByRole('button', { name: '以此写新版' }).click()
    await page.getByRole('heading', { name: /第 2 版 · 草稿/ }).waitFor()
    await page.getByLabel('送审说明').fill('我写的')
    const other = await openDesk(browser, t)
    await person(t, '李红', 'administrator')
    await logIn(other, '李红')
    await other.page.goto('/texts/ask')
    await other.page.getByLabel('送审说明').fill('别人写的')
    await other.page.keyboard.press('Control+s')
    await other.page.getByText('已保存').waitFor()
    await page.getByLabel('送审说明').focus()
    await page.keyboard.press('Control+s')
    await page.getByText('该版本已被他人处理').waitFor()
    expect(await page.getByLabel('送审说明').inputValue()).toBe('我写的')
    // A way off the page asks first.
    await page.getByRole('button', { name: '模板列表' }).click()
    await page.getByRole('dialog', { name: '改动还没有保存' }).waitFor()
    await page.getByRole('button', { name: '留在本页' }).click()
    expect(await page.getByLabel('送审说明').inputValue()).toBe('我写的')
    expect([...desk.complaints, ...other.complaints]).toEqual([])
  })

  test('an administrator changes a setting with faults, differences, trial and date in sight, and rolls back', async () => {
    t = await testApp()
    const desk = await administrator('/policy')
    const { page } = desk
    const changes = page.getByRole('region', { name: '改动' })
    await changes.getByText('与现行策略相同').waitFor()
    expect(await serious(page)).toEqual([])

    await page.getByLabel('户政：办结后多久发').fill('90')
    await changes.getByText('户政 · 办结后多久发').waitFor()
    await changes.getByText('90 分钟').waitFor()
    const activate = page.getByRole('button', { name: '启用…' })
    await page.getByLabel('每天从', { exact: true }).fill('9点')
    await changes.getByText('每天从：须写成 HH:mm').waitFor()
    expect(await activate.isDisabled()).toBe(true)
    await page.getByLabel('每天从', { exact: true }).fill('00:00')
    await changes.getByText('1 处').waitFor()
    await page.keyboard.press('Control+s')
    await page.getByText('草稿已保存').waitFor()
    await page.reload()
    await changes.getByText('90 分钟').waitFor()

    await page.getByRole('button', { name: '试算…' }).click()
    const trial = page.getByRole('dialog', { name: '试算' })
    await trial.getByRole('button', { name: '开始试算' }).click()
    await trial.getByText('这段时间没有办件').waitFor()
    await page.keyboard.press('Escape')

    await activate.click()
    const dialog = page.getByRole('dialog', { name: '启用策略：1 处改动' })
    await dialog.getByLabel('原因（记入审计）').fill('群众反映太早')
    expect(await serious(page)).toEqual([])
    await dialog.getByRole('button', { name: '立即启用' }).click()
    await page.getByText(/现行第 2 版.*群众反映太早/).waitFor()
    await changes.getByText('与现行策略相同').waitFor()
    await page.getByRole('button', { name: '看改动：第 2 版' }).click()
    await page.getByRole('dialog', { name: '第 2 版的改动' }).getByText('90 分钟').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: '回退到上一版…' }).click()
    await page.getByLabel('原因（记入审计）').fill('改回')
    await page.keyboard.press('Enter')
    await page.getByText(/现行第 3 版.*改回/).waitFor()
    expect(await page.getByLabel('户政：办结后多久发').inputValue()).toBe('0')
    expect(desk.complaints).toEqual([])
  })

  test('a setting that is to come may be taken back, and is the draft again', async () => {
    t = await testApp()
    const desk = await administrator('/policy')
    const { page } = desk
    await page.getByLabel('同一号码最短间隔').fill('30')
    await page.getByRole('button', { name: '启用…' }).click()
    const dialog = page.getByRole('dialog', { name: '启用策略：1 处改动' })
    await dialog.getByLabel('到时生效').check()
    await dialog.getByLabel('生效时间').fill('2027-01-01 00:00')
    await page.keyboard.press('Enter')
    await dialog.getByLabel('原因（记入审计）').fill('新年起')
    await dialog.getByRole('button', { name: '定时启用' }).click()
    await page.getByText(/第 2 版将于.*生效：新年起/).waitFor()
    await page.getByRole('button', { name: '撤回…' }).click()
    await page.getByLabel('原因（记入审计）').fill('再议')
    await page.keyboard.press('Enter')
    await page.getByText(/第 2 版将于/).waitFor({ state: 'detached' })
    await page.getByRole('region', { name: '改动' }).getByText('30 天').waitFor()
    const { inForce } = (
      await t.call('GET', '/api/v1/policies', await t.staffKey('administrator', 'ROOT'))
    ).body
    expect(inForce.version).toBe(1)
    expect(desk.complaints).toEqual([])
  })

  test('numbers are listed with the bad lines named, found, and let go again', async () => {
    t = await testApp()
    const desk = await administrator('/blocks')
    const { page } = desk
    const list = page.getByRole('region', { name: '登记号码' })
    await list.getByLabel('号码（每行一个）').fill('13900000001\n不是号码\n13900000002')
    await list.getByLabel('原因').fill('本单位人员家属')
    await list.getByRole('button', { name: '登记' }).click()
    await list.getByText('已登记 2 个号码，1 行没有登记').waitFor()
    await list.getByText('第 2 行：含有号码以外的字符').waitFor()
    expect(await list.getByLabel('号码（每行一个）').inputValue()).toContain('不是号码')
    await page
      .getByRole('row', { name: /自定排除.*本单位人员家属/ })
      .first()
      .waitFor()
    expect(await serious(page)).toEqual([])

    const find = page.getByRole('region', { name: '查询号码' })
    await find.getByLabel('电话号码').fill('139 0000 0001')
    await page.keyboard.press('Enter')
    await find.getByText('自定排除').waitFor()
    await find.getByRole('button', { name: '解除…' }).click()
    await page.getByLabel('原因（记入审计）').fill('登记有误')
    await page.keyboard.press('Enter')
    await find.getByText('没有限制，可以发送').waitFor()
    expect(desk.complaints).toEqual([])
  })
})
