import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testApp, until, type TestApp } from '../support/app.ts'
import { seedCallback } from '../support/cases.ts'
import { testExchange, type Exchange } from '../support/exchange.ts'
import { serious } from './axe.ts'
import { chromiumPath, launch } from './chromium.ts'
import { logIn, openDesk, person, type Desk } from './desk.ts'

const exchange = chromiumPath === undefined ? null : await testExchange()

describe.skipIf(exchange === null)('calling from the desk', () => {
  const x = exchange as Exchange
  let browser: Browser
  let t: TestApp
  let desk: Desk
  let folder: string
  beforeAll(async () => {
    browser = await launch()
    folder = await mkdtemp(join(tmpdir(), 'huifang-recordings-'))
    t = await testApp({
      environment: { ...x.environment, HUIFANG_RECORDINGS_DIR: folder },
      policy: (policy) => {
        policy.callback.undoSeconds = 60
        policy.telephony.noticeMedia = 'sound:beep'
        policy.telephony.recording.户政 = 'on'
      },
    })
    await t.work()
    await person(t, '李红')
    desk = await openDesk(browser, t)
    await logIn(desk, '李红')
  })
  afterAll(async () => {
    await browser.close()
    await t.close()
    await x.close()
    await rm(folder, { recursive: true })
  })

  test('press, talk, hang up: the attempt stands with its result, how long was talked, and a recording that plays', async () => {
    const phone = '13951601234'
    x.behave(phone, { afterMs: 1_500, comesTo: 'answer' })
    const id = await seedCallback(t.app, { phone, name: '王秀英' })
    const { page } = desk
    await page.keyboard.press('n')
    await page.getByRole('heading', { name: '王秀英' }).waitFor()
    // Whoever has no phone yet is told before the call, not after it.
    await page.getByText('请填写您面前话机的分机号').waitFor()
    await page.getByLabel('分机号').fill('1001')
    await page.keyboard.press('Enter')
    await page.getByText('话机 1001').waitFor()
    await page.locator('body').press('d')
    await page.getByText('群众话机正在响铃').waitFor()
    await page.getByText(/通话中/).waitFor()
    await page.getByText('录音中').waitFor()
    expect(await page.content()).not.toContain('1395160')
    if (process.env['SHOT']) await page.screenshot({ path: process.env['SHOT'] })
    expect(await serious(page)).toEqual([])
    await page.getByText(/通话中 · (?!0:0[01])/).waitFor()
    await page.keyboard.press('f')
    await page.locator('.call-state[data-call=ended]').waitFor()
    expect(await page.locator('.call-state').textContent()).toMatch(/已接通.*通话 (?!0:00)\d+:\d\d/)

    // That somebody answered is filled in; what was said is the agent's to say.
    await page.keyboard.press('q')
    await page.keyboard.press('Control+Enter')
    await page.getByText('已记录：接通 · 成立').waitFor()
    await page.goto(`/cases/${id}`)
    await page.getByText(/李红 · .*通话 (?!0:00)\d+:\d\d/).waitFor()
    const audio = page.getByLabel(/通话录音$/).locator('audio')
    await audio.waitFor()
    const seconds = await audio.evaluate(async (element) => {
      const player = element as unknown as { play: () => Promise<void>; duration: number }
      await player.play()
      return player.duration
    })
    expect(seconds).toBeGreaterThan(1)
    const [call] = (await t.app.db.selectFrom('call').selectAll().execute()) as {
      attemptId: string
    }[]
    const attempt = await t.app.db.selectFrom('attempt').select(['id', 'result']).executeTakeFirst()
    expect(attempt).toEqual({ id: call!.attemptId, result: 'reached' })
    expect(desk.complaints).toEqual([])
  })

  test('a number that is busy writes itself down, and may be taken back', async () => {
    const phone = '13951605678'
    x.behave(phone, { comesTo: { status: '486 Busy Here' } })
    const id = await seedCallback(t.app, { phone, name: '赵建国' })
    const { page } = desk
    await page.goto(`/cases/${id}`)
    await page.getByRole('heading', { name: '赵建国' }).waitFor()
    await page.keyboard.press('l')
    await page.getByRole('button', { name: /拨打/ }).waitFor()
    await page.keyboard.press('d')
    await page.getByText('通话结果已自动记录：占线').waitFor()
    await page.locator('.call-state[data-result=busy]').waitFor()
    await page.keyboard.press('u')
    await page.getByRole('button', { name: /重拨/ }).waitFor()
    const attempts = await until('it is taken back', async () => {
      const rows = await t.app.db
        .selectFrom('attempt')
        .select('id')
        .where('callbackId', '=', id)
        .execute()
      return rows.length === 0 ? [rows] : null
    })
    expect(attempts).toEqual([[]])
    expect(desk.complaints).toEqual([])
  })
})
