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
    expect((await readdir(folder)).length).toBeGreaterThan(5)
  } finally {
    await browser.close()
    await t.close()
  }
})
