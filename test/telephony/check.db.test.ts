import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testApp, until, type TestApp } from '../support/app.ts'
import { huifang } from '../support/command.ts'
import { testExchange, type Exchange } from '../support/exchange.ts'

const exchange = await testExchange()

describe.skipIf(exchange === null)('huifang telephony check', () => {
  const x = exchange as Exchange
  let t: TestApp
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'huifang-check-'))
    t = await testApp({
      environment: { ...x.environment, HUIFANG_RECORDINGS_DIR: folder },
      policy: (policy) => void (policy.telephony.noticeMedia = 'sound:beep'),
    })
    for (const extension of ['1001', '1999']) {
      const key = await t.staffKey('agent', undefined, `坐席${extension}`)
      await t.call('PUT', '/api/v1/telephony/phone', key, { extension })
    }
  })
  afterAll(async () => {
    await t.close()
    await x.close()
    await rm(folder, { recursive: true })
  })
  const check = (more: Record<string, string> = {}) =>
    huifang(['telephony', 'check'], { ...t.environment, ...more })

  test('tells what is there and what is missing, each with what to do', async () => {
    const { code, stdout } = await check()
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^✓ 交换机 Asterisk \d+/),
      '✓ 外线 trunk',
      '✗ work 进程在接收交换机的事件：请启动 huifang work，并检查它的日志',
      '✓ 坐席1001 的话机 1001',
      '✗ 坐席1999 的话机 1999：没有注册',
      '✓ 录音告知提示音 beep',
      `✓ 录音目录 ${folder}`,
      expect.stringMatching(/^[✓✗] 通道日志/),
      '',
    ])
    expect(code).toBe(1)
  })

  test('a running work process is found to hear the exchange', async () => {
    const stop = await t.work()
    await until('the exchange is heard', async () => /✓ work/.test((await check()).stdout))
    await stop()
    expect((await check()).stdout).toMatch(/✗ work/)
  })

  test('a wrong password, a trunk that is not there and an exchange that is away are told apart', async () => {
    expect((await check({ HUIFANG_ASTERISK_PASSWORD: 'wrong' })).stdout).toMatch(
      /^✗ 交换机：.*口令/,
    )
    expect((await check({ HUIFANG_ASTERISK_TRUNK: 'none' })).stdout).toMatch(
      /✗ 外线 none：pjsip.conf/,
    )
    expect((await check({ HUIFANG_ASTERISK_URL: t.url })).stdout).toMatch(
      /^✗ 交换机 Asterisk：这个地址上不是 Asterisk/,
    )
    expect((await check({ HUIFANG_ASTERISK_URL: 'http://127.0.0.1:9' })).stdout).toMatch(
      /^✗ 交换机：电话交换机暂时连接不上/,
    )
  })

  test('without an exchange it says that people dial by hand, and all is well', async () => {
    const { code, stdout } = await check({ HUIFANG_ASTERISK_URL: '' })
    expect([code, stdout]).toEqual([0, expect.stringContaining('由人工拨打')])
  })
})
