import type * as Sdk from '@alicloud/dysmsapi20170525'
import { describe, expect, it } from 'vitest'
import type { SandboxGateway, SandboxOptions } from '../../../src/sandbox/gateway/gateway.ts'
import type { OutgoingText } from '../../../src/sms/gateway.ts'
import { adapter, batch, credentials, sandbox, text } from '../../sms/pair.ts'

const template = { code: 'SMS_7', content: '您在${unit}的${business}业务已办结，满意请回复1' }

async function refusalOf(options: Partial<SandboxOptions>, fields: Partial<OutgoingText>) {
  const gateway = await sandbox(options)
  const result = await adapter(gateway).send(
    batch([text(1), text(2, fields)], { templateCode: 'SMS_7' }),
  )
  // One bad text refuses its whole batch.
  expect(gateway.ledger()).toEqual([])
  return result.outcome === 'rejected' ? result.refusal.code : result.outcome
}

async function sendSms(gateway: SandboxGateway, fields: Record<string, string>) {
  const sdk = await import('@alicloud/dysmsapi20170525')
  const exported: unknown = sdk.default
  const Client = (
    typeof exported === 'function' ? exported : sdk.default.default
  ) as typeof Sdk.default.default
  const config = { ...credentials, endpoint: gateway.endpoint, protocol: 'http' }
  const client = new Client(config as ConstructorParameters<typeof Client>[0])
  return (await client.sendSms(new sdk.SendSmsRequest(fields))).body
}

describe('what the gateway checks', () => {
  it.each([
    [
      'a number that is none',
      { openTemplates: true },
      { phone: '12345' },
      'isv.MOBILE_NUMBER_ILLEGAL',
    ],
    ['a template that nobody registered', { openTemplates: false }, {}, 'isv.SMS_TEMPLATE_ILLEGAL'],
    [
      'a signature that is not approved',
      { openTemplates: true, signatures: ['示例公安'] },
      { signature: '别的' },
      'isv.SMS_SIGNATURE_ILLEGAL',
    ],
    [
      'a variable without a value',
      { templates: [template] },
      { templateParams: { unit: '朝阳派出所' } },
      'isv.TEMPLATE_MISSING_PARAMETERS',
    ],
    [
      'a value of more than 35 characters',
      { templates: [template] },
      { templateParams: { unit: '字'.repeat(36), business: '户政' } },
      'isv.PARAM_LENGTH_LIMIT',
    ],
    [
      'a value with an address',
      { templates: [template] },
      { templateParams: { unit: 'http://a.cn', business: '户政' } },
      'isv.PARAM_NOT_SUPPORT_URL',
    ],
    [
      'a value with an emoji',
      { templates: [template] },
      { templateParams: { unit: '😀', business: '户政' } },
      'isv.UNSUPPORTED_CONTENT',
    ],
    [
      'a value that is no string',
      { templates: [template] },
      { templateParams: { unit: 7 as unknown as string, business: '户政' } },
      'isv.INVALID_JSON_PARAM',
    ],
  ] as [string, Partial<SandboxOptions>, Partial<OutgoingText>, string][])(
    'refuses %s',
    async (_, options, fields, code) => {
      expect(await refusalOf({ openTemplates: false, ...options }, fields)).toBe(code)
    },
  )

  it('fills a template that it knows, and bills it by its length', async () => {
    const gateway = await sandbox({ openTemplates: false })
    gateway.addTemplates([{ ...template, content: `${template.content}${'。'.repeat(80)}` }])
    await adapter(gateway).send(batch([text(1)], { templateCode: 'SMS_7' }))
    expect(gateway.ledger()[0]).toMatchObject({
      content: expect.stringContaining('您在朝阳派出所的户政业务已办结') as string,
      segments: 2,
    })
  })

  it('counts how often a citizen got the same text', async () => {
    const gateway = await sandbox()
    const sms = adapter(gateway)
    await sms.send(batch([text(1)], { outId: 'a' }))
    await sms.send(batch([text(1)], { outId: 'b' }))
    await sms.send(batch([text(1, { templateParams: { unit: '别的' } })]))
    expect(gateway.ledger().map((entry) => entry.times)).toEqual([1, 2, 1])
  })
})

describe('SendSms', () => {
  const fields = { signName: '示例公安', templateCode: 'SMS_7', templateParam: '{"unit":"所"}' }

  it('takes many numbers in any notation under one BizId, even in 16 KB of address', async () => {
    const gateway = await sandbox()
    const numbers = Array.from({ length: 997 }, (_, index) => text(index).phone)
    const phoneNumbers = [...numbers, '+8613900000001', '008613900000002', '8613900000003'].join()
    const body = await sendSms(gateway, { ...fields, phoneNumbers, outId: 'out-9' })
    expect(body?.code).toBe('OK')
    const entries = gateway.ledger()
    expect(new Set(entries.map((entry) => entry.bizId))).toEqual(new Set([body?.bizId]))
    expect(entries.map((entry) => entry.phone)).toEqual([
      ...numbers,
      '13900000001',
      '13900000002',
      '13900000003',
    ])
  })

  it('refuses more than 1,000', async () => {
    const gateway = await sandbox()
    const phoneNumbers = Array.from({ length: 1_001 }, (_, index) => text(index).phone).join()
    const body = await sendSms(gateway, { ...fields, phoneNumbers })
    expect(body?.code).toBe('isv.MOBILE_COUNT_OVER_LIMIT')
  })
})

describe('faults', () => {
  it('strike only the numbers and as often as told, then stop', async () => {
    const gateway = await sandbox()
    const sms = adapter(gateway)
    const phones = [text(2).phone]
    gateway.setFaults({
      calls: [{ what: 'refuse', code: 'isv.AMOUNT_NOT_ENOUGH', phones, times: 1 }],
    })
    const outcomes: string[] = []
    for (const number of [1, 2, 2]) {
      outcomes.push((await sms.send(batch([text(number)]))).outcome)
    }
    expect(outcomes).toEqual(['accepted', 'rejected', 'accepted'])
  })

  it('strike the share of calls that chance picks', async () => {
    const chances = [0.1, 0.9, 0.3]
    const gateway = await sandbox({ random: () => chances.shift() ?? 1 })
    const sms = adapter(gateway)
    gateway.setFaults({ calls: [{ what: 'throttle', share: 0.25 }] })
    const outcomes: string[] = []
    for (const number of [1, 2, 3]) {
      outcomes.push((await sms.send(batch([text(number)]))).outcome)
    }
    expect(outcomes).toEqual(['rejected', 'accepted', 'accepted'])
  })

  it('are all off after an empty setting and after a reset', async () => {
    const gateway = await sandbox()
    const sms = adapter(gateway)
    gateway.setFaults({ calls: [{ what: 'throttle' }] })
    gateway.setFaults({})
    expect((await sms.send(batch([text(1)]))).outcome).toBe('accepted')
    gateway.setFaults({ calls: [{ what: 'throttle' }] })
    gateway.reset()
    expect((await sms.send(batch([text(1)]))).outcome).toBe('accepted')
    expect(gateway.ledger().map((entry) => entry.times)).toEqual([1])
  })
})
