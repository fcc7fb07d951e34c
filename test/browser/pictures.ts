import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testApp } from '../support/app.ts'
import { launch } from './chromium.ts'
import { logIn, openDesk, person } from './desk.ts'
import { lifelike } from './lifelike.ts'

const folder = 'docs/pictures'

test('pictures of every screen', async () => {
  await mkdir(folder, { recursive: true })
  const t = await testApp({ policy: (policy) => void (policy.callback.undoSeconds = 60) })
  const browser = await launch()
  try {
    await person(t, '李红')
    await person(t, '陈刚', 'supervisor')
    const { mine } = await lifelike(t, '李红')
    const desk = await openDesk(browser, t)
    const { page } = desk
    const shoot = async (name: string) => {
      await page.waitForTimeout(300)
      await page.screenshot({ path: join(folder, `${name}.png`) })
    }
    await page.goto('/')
    await page.getByLabel('姓名或工号').waitFor()
    await shoot('login')
    await logIn(desk, '李红')
    await page.locator('.rows li').first().waitFor()
    await shoot('work')
    await page.goto('/queue')
    await page.locator('.rows li').first().waitFor()
    await shoot('queue')
    await page.goto(`/cases/${mine}`)
    await page.locator('.columns').waitFor()
    await page.keyboard.press('d')
    await page.locator('[data-whole=true]').waitFor()
    await page.keyboard.press('1')
    await page.keyboard.press('w')
    await page.keyboard.press('v')
    await page.keyboard.press('m')
    await page.keyboard.type('窗口 12:30 无人值守，来回跑了三趟；希望中午有人值班。')
    await page.getByText(/已自动保存/).waitFor()
    await shoot('case')
    await page.getByLabel('换成深色').click()
    await shoot('case-dark')
    await page.keyboard.press('Escape')
    await page.keyboard.press('?')
    await page.getByText('按键说明').first().waitFor()
    await shoot('keys')
    await page.keyboard.press('Escape')
    await page.getByLabel('换成浅色').click()
    await page.goto('/triage')
    await page.locator('.words').waitFor()
    await shoot('triage')
    const lead = await openDesk(browser, t)
    await logIn(lead, '陈刚')
    for (const [path, seen] of [
      ['overview', '.chart canvas'],
      ['reviews', '.review'],
      ['search', '.search'],
    ] as const) {
      await lead.page.goto(`/${path}`)
      await lead.page.locator(seen).first().waitFor()
      if (path === 'search') {
        await lead.page.getByLabel('完整电话号码').fill('13951601234')
        await lead.page.keyboard.press('Enter')
        await lead.page.locator('table').waitFor()
      }
      await lead.page.waitForTimeout(300)
      await lead.page.screenshot({ path: join(folder, `${path}.png`) })
    }
    expect((await readdir(folder)).length).toBeGreaterThan(5)
  } finally {
    await browser.close()
    await t.close()
  }
})
