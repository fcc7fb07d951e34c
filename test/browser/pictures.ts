import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { sql } from 'kysely'
import { climbLadder } from '../../src/alarm/ladder.ts'
import { centre, station, testApp, type TestApp } from '../support/app.ts'
import { ask, reply } from '../evaluation/support.ts'
import { callPictures } from './call-pictures.ts'
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
    await ringing(t)
    await page.goto('/work')
    await page.getByRole('alert').getByText('紧急回复 1 条').waitFor()
    await page.getByText('已短信通知').waitFor()
    await shoot('ringing')
    await lead.page.goto('/queue')
    await lead.page.locator('.queue-row').first().waitFor()
    for (const key of ['x', 'arrowdown', 'x']) {
      await lead.page.keyboard.press(key === 'arrowdown' ? 'ArrowDown' : key)
    }
    await lead.page.getByText('已选取 2 件').waitFor()
    await lead.page.screenshot({ path: join(folder, 'queue-lead.png') })
    for (const [name, role, path, seen] of [
      ['王芳', 'administrator', '/people', 'table'],
      ['孙明', 'auditor', '/audit', 'table'],
      ['赵强', 'handler', '/handler', 'table'],
    ] as const) {
      await person(t, name, role, role === 'handler' ? station : centre)
      const other = await openDesk(browser, t)
      await logIn(other, name)
      await other.page.goto(path)
      await other.page.locator(seen).first().waitFor()
      await other.page.waitForTimeout(300)
      await other.page.screenshot({ path: join(folder, `${path.slice(1)}.png`) })
      if (role !== 'administrator') continue
      await administrate(other.page)
      await other.page.goto(path)
      await other.page.locator(seen).first().waitFor()
      await other.page.keyboard.press('n')
      await other.page.getByRole('dialog', { name: '登记人员' }).waitFor()
      await other.page.waitForTimeout(300)
      await other.page.screenshot({ path: join(folder, 'people-new.png') })
    }
    await callPictures(browser, folder)
    expect((await readdir(folder)).length).toBeGreaterThan(5)
  } finally {
    await browser.close()
    await t.close()
  }
})

/** A text that the checker finds fault with, settings that differ, and what they would have meant. */
async function administrate(page: Page): Promise<void> {
  const shoot = async (name: string) => {
    await page.waitForTimeout(500)
    await page.screenshot({ path: join(folder, `${name}.png`) })
  }
  await page.goto('/texts')
  await page.locator('table').waitFor()
  await shoot('texts')
  await page.goto('/texts/ask')
  await page.getByRole('button', { name: '以此写新版' }).click()
  await page.getByRole('heading', { name: /第 2 版/ }).waitFor()
  const body = page.getByLabel('正文')
  await body.fill(`${await body.inputValue()}请务必参与本次问卷调查！`)
  await page.getByText('须修改').first().waitFor()
  await shoot('text')
  await page.getByRole('button', { name: '保存草稿' }).click()
  await page.getByText('已保存').waitFor()
  await page.goto('/policy')
  const changes = page.getByRole('region', { name: '改动' })
  await page.getByLabel('110：抽样比例').fill('50')
  await page.getByLabel('同一号码最短间隔').fill('30')
  await changes.getByText('2 处').waitFor()
  await shoot('policy')
  await page.getByRole('button', { name: '试算…' }).click()
  await page.getByRole('button', { name: '开始试算' }).click()
  await page.getByText('最长的一条').waitFor()
  await shoot('dry-run')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: '丢弃草稿' }).click()
  await page.getByRole('button', { name: '丢弃', exact: true }).click()
  await changes.getByText('与现行策略相同').waitFor()
  await page.goto('/blocks')
  await page.getByRole('region', { name: '登记号码' }).waitFor()
  await shoot('blocks')
}

/** Somebody in danger, whom nobody has taken for some minutes: the phones on duty were texted. */
async function ringing(t: TestApp): Promise<void> {
  const { phone } = await ask(t)
  await reply(t, { phone, text: '他又来砸门了，快来人' })
  await sql`UPDATE alarm SET raised_at = raised_at - interval '3 minutes', told_at = now() - interval '2 minutes'
    WHERE kind = 'reply.urgent'`.execute(t.app.db)
  const textDuty = async () => ({ state: 'accepted' as const, code: null })
  const times = { textAfterSeconds: 120, textAgainSeconds: 300, textsAtMost: 3 }
  await climbLadder({ ...t.app, recipients: 2, textDuty }, times)
  await sql`UPDATE alarm_rung SET delivery = 'delivered', delivered_at = now() WHERE recipient = 1`.execute(
    t.app.db,
  )
}
