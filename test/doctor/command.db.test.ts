import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { row, testApp, type TestApp } from '../support/app.ts'
import { huifang } from '../support/command.ts'

// Each starts processes of its own, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

let t: TestApp
beforeAll(async () => {
  t = await testApp()
  await t.call('POST', '/api/v1/transactions', t.sourceKey, row('a'))
})
afterAll(async () => t.close())

const forget = () => sql`UPDATE message SET look_at = NULL`.execute(t.app.db)

test('huifang doctor is silent and ends with 0 when all is well', async () => {
  expect(await huifang(['doctor'], t.environment)).toEqual({ code: 0, stdout: '', stderr: '' })
})

test('huifang doctor says in words what is wrong and what to do, and ends with 1', async () => {
  await forget()
  const { code, stdout } = await huifang(['doctor'], t.environment)
  expect(code).toBe(1)
  expect(stdout).toContain('text.forgotten：短信等待处理，却没有下一次处理时间')
  expect(stdout).toContain('法则 1')
  expect(stdout).toContain('huifang doctor --fix')
})

test('huifang doctor --fix mends, says so, and ends with 0; --json is one line', async () => {
  await forget()
  const fixed = await huifang(['doctor', '--fix'], t.environment)
  expect(fixed).toEqual({ code: 0, stdout: '已修复 text.forgotten：1 处\n', stderr: '' })
  const { stdout } = await huifang(['doctor', '--json', '--all'], t.environment)
  expect(stdout).toBe('{"healthy":true,"findings":[],"mended":{}}\n')
})
