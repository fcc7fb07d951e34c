import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { freshPhone, testApp, until } from '../support/app.ts'
import { seedCallback } from '../support/cases.ts'
import { testExchange } from '../support/exchange.ts'
import { logIn, openDesk, person } from './desk.ts'

/** A call under way as its agent sees it, and the calls of the day as a supervisor does; nothing without an exchange. */
export async function callPictures(browser: Browser, folder: string): Promise<void> {
  const exchange = await testExchange()
  if (exchange === null) return
  const t = await testApp({
    environment: exchange.environment,
    policy: (policy) => {
      policy.callback.undoSeconds = 60
      policy.telephony.recording.户政 = 'ask'
    },
  })
  try {
    await t.work()
    await person(t, '李红')
    await person(t, '陈刚', 'supervisor')
    for (const [index, status] of ['486 Busy Here', '404 Not Found', '486 Busy Here'].entries()) {
      const phone = freshPhone()
      exchange.behave(phone, { comesTo: { status } })
      const key = await t.staffKey('agent')
      await t.call('PUT', '/api/v1/telephony/phone', key, { extension: String(1002 + index) })
      const id = await seedCallback(t.app, { phone })
      await t.call('POST', `/api/v1/callbacks/${id}/claim`, key, {})
      await until(
        'the call is taken',
        async () => (await t.call('POST', `/api/v1/callbacks/${id}/call`, key, {})).status === 202,
      )
    }
    const id = await seedCallback(t.app, { phone: '13951601234', name: '王秀英' })
    const desk = await openDesk(browser, t)
    await logIn(desk, '李红')
    await desk.page.goto(`/cases/${id}`)
    await desk.page.getByRole('heading', { name: '王秀英' }).waitFor()
    await desk.page.keyboard.press('l')
    await desk.page.getByLabel('分机号').fill('1001')
    await desk.page.keyboard.press('Enter')
    await desk.page.getByText('话机 1001').waitFor()
    await desk.page.locator('body').press('d')
    await desk.page.getByText(/通话中/).waitFor()
    await desk.page.waitForTimeout(2_300)
    await desk.page.screenshot({ path: join(folder, 'call.png') })
    const lead = await openDesk(browser, t)
    await logIn(lead, '陈刚')
    await lead.page.goto('/overview')
    const calls = lead.page.getByRole('region', { name: '正在通话' })
    await calls.getByText('李红').waitFor()
    await calls.scrollIntoViewIfNeeded()
    await lead.page.waitForTimeout(300)
    await lead.page.screenshot({ path: join(folder, 'calls.png') })
  } finally {
    await t.close()
    await exchange.close()
  }
}
