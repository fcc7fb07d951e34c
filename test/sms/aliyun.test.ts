import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { businessDay, dateAt, systemClock } from '../../src/foundation/clock.ts'
import type { FaultSettings } from '../../src/sandbox/gateway/faults.ts'
import type { SandboxGateway } from '../../src/sandbox/gateway/gateway.ts'
import type { QueryResult, SendResult } from '../../src/sms/gateway.ts'
import { providerCodes, refusalFor } from '../../src/sms/provider-codes.ts'
import { adapter, batch, credentials, sandbox, text } from './pair.ts'

type CallFault = NonNullable<FaultSettings['calls']>[number]

const today = () => businessDay(systemClock.now())
const someText = text(1)

/** Waits no longer than it must where no answer will come. */
function impatient(gateway: SandboxGateway, { what }: CallFault) {
  return adapter(gateway, what === 'hang' ? { callTimeoutMs: 500 } : {})
}

function expectNothingForeign(result: SendResult | QueryResult) {
  const shown = JSON.stringify(result)
  expect(shown).not.toContain(someText.phone)
  expect(shown).not.toMatch(/http|PhoneNumber|127\.0\.0\.1/)
}

describe('sending', () => {
  it('hands a whole batch to the provider, each text with its own signature and parameters', async () => {
    const gateway = await sandbox()
    const odd = "空格 +*~!'()&=?#%繁體"
    const texts = Array.from({ length: 100 }, (_, index) =>
      text(index, { signature: `签名${index % 3}`, templateParams: { odd, n: String(index) } }),
    )
    const result = await adapter(gateway).send(batch(texts, { outId: 'out-7' }))
    expect(result.outcome).toBe('accepted')
    expect(gateway.ledger().length).toBe(100)
    for (const [index, entry] of gateway.ledger().entries()) {
      expect(entry).toMatchObject({
        phone: texts[index]?.phone,
        signature: `签名${index % 3}`,
        params: { odd, n: String(index) },
        outId: 'out-7',
        templateCode: 'SMS_100001',
        bizId: result.outcome === 'accepted' ? result.bizId : '',
        times: 1,
      })
    }
  })

  it.each([
    ['empty', []],
    ['above 100 texts', Array.from({ length: 101 }, (_, index) => text(index))],
    ['naming a number twice', [someText, text(2), someText]],
  ])('refuses a batch that is %s before it goes out', async (_, texts) => {
    const gateway = await sandbox()
    expect(await adapter(gateway).send(batch(texts))).toMatchObject({
      outcome: 'rejected',
      refusal: { class: 'permanent', code: 'local.BATCH_INVALID' },
    })
    expect(gateway.ledger()).toEqual([])
  })

  it('classes every code of the table alike, however it comes over the wire', async () => {
    const gateway = await sandbox()
    const sms = adapter(gateway)
    for (const code of providerCodes.keys()) {
      for (const status of [200, 400]) {
        gateway.setFaults({ calls: [{ what: 'refuse', code, status, message: someText.phone }] })
        const result = await sms.send(batch([someText]))
        const refusal = refusalFor(code, '')
        expect(result).toEqual(
          refusal
            ? { outcome: 'rejected', refusal }
            : { outcome: 'unknown', cause: 'server_error', code },
        )
      }
    }
    expect(gateway.ledger()).toEqual([])
  })
})

describe('law 4: what is neither a clear yes nor a clear no is unknown', () => {
  const open: [string, CallFault, Partial<SendResult>][] = [
    ['a hang', { what: 'hang' }, { cause: 'timeout' }],
    ['a cut connection', { what: 'cut' }, { cause: 'connection' }],
    ['an answer cut in the middle', { what: 'cut_mid_body' }, {}],
    ['a 503', { what: 'server_error' }, { cause: 'server_error', code: 'ServiceUnavailable' }],
    [
      'a 500 with a code that is a clear no elsewhere',
      { what: 'server_error', status: 500, code: 'isv.MOBILE_NUMBER_ILLEGAL' },
      { cause: 'server_error' },
    ],
    [
      'a 503 that throttles',
      { what: 'server_error', code: 'Throttling.User' },
      { cause: 'server_error' },
    ],
    ['an HTML page with 502', { what: 'html' }, { cause: 'unreadable' }],
    ['an HTML page with 404', { what: 'html', status: 404 }, { cause: 'unreadable' }],
    ['an HTML page with 200', { what: 'html', status: 200 }, { cause: 'unreadable' }],
    ['an empty object with 200', { what: 'empty_object' }, { cause: 'unreadable' }],
    ['an empty object with 400', { what: 'empty_object', status: 400 }, { cause: 'unreadable' }],
  ]

  it.each(open)('%s after accepting, and the query finds the text', async (_, fault, expected) => {
    const gateway = await sandbox()
    gateway.setFaults({ calls: [{ ...fault, accept: true, actions: ['SendBatchSms'] }] })
    const result = await impatient(gateway, fault).send(batch([someText]))
    expect(result).toMatchObject({ outcome: 'unknown', ...expected })
    expectNothingForeign(result)
    expect(gateway.ledger().length).toBe(1)
    expect(await adapter(gateway).query(someText.phone, today())).toMatchObject({
      outcome: 'found',
      details: [{ outId: 'out-1', templateCode: 'SMS_100001' }],
    })
  })

  it.each(open)('%s before accepting, and the query finds nothing', async (_, fault, expected) => {
    const gateway = await sandbox()
    gateway.setFaults({ calls: [{ ...fault, actions: ['SendBatchSms'] }] })
    const result = await impatient(gateway, fault).send(batch([someText]))
    expect(result).toMatchObject({ outcome: 'unknown', ...expected })
    expect(gateway.ledger()).toEqual([])
    expect(await adapter(gateway).query(someText.phone, today())).toEqual({
      outcome: 'found',
      details: [],
    })
  })

  it.each([
    'isp.SYSTEM_ERROR',
    'isp.GATEWAY_ERROR',
    'InternalError',
    'ServiceUnavailable',
    'isp.NEW',
  ])('%s with status 200', async (code) => {
    const gateway = await sandbox()
    gateway.setFaults({ calls: [{ what: 'refuse', code }] })
    expect(await adapter(gateway).send(batch([someText]))).toEqual({
      outcome: 'unknown',
      cause: 'server_error',
      code,
    })
  })

  it('an OK without a BizId', async () => {
    const gateway = await sandbox()
    gateway.setFaults({ calls: [{ what: 'refuse', code: 'OK', message: 'OK' }] })
    expect(await adapter(gateway).send(batch([someText]))).toEqual({
      outcome: 'unknown',
      cause: 'unreadable',
    })
  })

  it('a code that is none, of which nothing is kept', async () => {
    const gateway = await sandbox()
    for (const status of [200, 400, 503]) {
      gateway.setFaults({ calls: [{ what: 'refuse', code: someText.phone, status }] })
      const result = await adapter(gateway).send(batch([someText]))
      expect(result.outcome).toBe('unknown')
      expectNothingForeign(result)
    }
  })

  it('an answer that never ends: the deadline is ours, not one of the SDK’s timers', async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      // Every byte resets the SDK's idle timer; at its read timeout it would report a reset.
      const drip = setInterval(() => response.write(' '), 20)
      response.on('close', () => clearInterval(drip))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const endpoint = `127.0.0.1:${(server.address() as AddressInfo).port}`
    expect(await adapter({ endpoint }, { callTimeoutMs: 200 }).send(batch([someText]))).toEqual({
      outcome: 'unknown',
      cause: 'timeout',
    })
  })

  it('but a slow yes within the deadline is a yes', async () => {
    const gateway = await sandbox()
    gateway.setFaults({ calls: [{ what: 'delay', delayMs: 100 }] })
    expect((await adapter(gateway).send(batch([someText]))).outcome).toBe('accepted')
  })

  it('but no connection at all is a clear no, which holds up the account and costs the text no try', async () => {
    const gateway = await sandbox()
    const { endpoint } = gateway
    await gateway.close()
    for (const target of [endpoint, endpoint.replace('127.0.0.1', 'localhost')]) {
      const result = await adapter({ endpoint: target }).send(batch([someText]))
      expect(result).toMatchObject({
        outcome: 'rejected',
        refusal: { class: 'flow', scope: 'account', window: 'minute', code: 'local.NOT_CONNECTED' },
      })
      expectNothingForeign(result)
    }
  })
})

describe('keys', () => {
  it.each([
    ['a wrong secret', { accessKeySecret: 'wrong' }, 'SignatureDoesNotMatch'],
    ['an unknown key', { accessKeyId: 'LTAI-other' }, 'InvalidAccessKeyId.NotFound'],
    ['a missing key', { accessKeyId: '' }, 'InvalidCredentials'],
  ])('%s stops the account, and nothing is told of the request', async (_, settings, code) => {
    const gateway = await sandbox()
    const sms = adapter(gateway, { ...credentials, ...settings })
    const result = await sms.send(batch([someText]))
    expect(result).toMatchObject({
      outcome: 'rejected',
      refusal: { class: 'configuration', scope: 'account', code },
    })
    expectNothingForeign(result)
    // Here the provider's message holds the number, for it stands in the address.
    const queried = await sms.query(someText.phone, today())
    expect(queried).toEqual({ outcome: 'failed', code })
    expect(gateway.ledger()).toEqual([])
  })

  it('a clock that is 16 minutes off stops the account', async () => {
    const off = { ...systemClock, nowMs: () => systemClock.nowMs() + 16 * 60_000 }
    const gateway = await sandbox({ clock: off })
    expect(await adapter(gateway).send(batch([someText]))).toMatchObject({
      outcome: 'rejected',
      refusal: { class: 'configuration', code: 'InvalidTimeStamp.Expired' },
    })
  })
})

describe('querying', () => {
  it('reads all pages', async () => {
    const gateway = await sandbox({ limits: { perDay: null } })
    const sms = adapter(gateway)
    for (let index = 0; index < 123; index++) {
      await sms.send(batch([someText], { outId: `out-${index}` }))
    }
    const result = await sms.query(someText.phone, today())
    if (result.outcome !== 'found') throw new Error(result.code)
    expect(new Set(result.details.map((detail) => detail.outId)).size).toBe(123)
  })

  it('tells waiting, failed and delivered apart', async () => {
    const receipts: Record<string, string> = {
      [text(1).phone]: 'none',
      [text(2).phone]: 'MOBILE_NOT_ON_SERVICE',
      [text(3).phone]: 'DELIVERED',
    }
    const gateway = await sandbox({
      behaviour: (phone) => ({ receipt: receipts[phone] ?? 'none' }),
    })
    const sms = adapter(gateway)
    await sms.send(batch([text(1), text(2), text(3)]))
    await gateway.idle()
    const details = await Promise.all([1, 2, 3].map((n) => sms.query(text(n).phone, today())))
    const sentAtLocal = expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
    const row = { outId: 'out-1', templateCode: 'SMS_100001', sentAtLocal }
    expect(details).toEqual([
      {
        outcome: 'found',
        details: [{ ...row, status: 'waiting', errorCode: null, receivedAtLocal: null }],
      },
      {
        outcome: 'found',
        details: [
          {
            ...row,
            status: 'failed',
            errorCode: 'MOBILE_NOT_ON_SERVICE',
            receivedAtLocal: sentAtLocal,
          },
        ],
      },
      {
        outcome: 'found',
        details: [
          { ...row, status: 'delivered', errorCode: 'DELIVERED', receivedAtLocal: sentAtLocal },
        ],
      },
    ])
  })

  it('finds nothing on another day or for another number', async () => {
    const gateway = await sandbox()
    const sms = adapter(gateway)
    await sms.send(batch([someText]))
    const yesterday = businessDay(dateAt(systemClock.nowMs() - 86_400_000))
    expect(await sms.query(someText.phone, yesterday)).toEqual({ outcome: 'found', details: [] })
    expect(await sms.query(text(2).phone, today())).toEqual({ outcome: 'found', details: [] })
  })

  it.each([
    [{ what: 'hang' }, 'timeout'],
    [{ what: 'cut' }, 'ECONNRESET'],
    [{ what: 'server_error' }, 'ServiceUnavailable'],
    [{ what: 'throttle' }, 'Throttling.User'],
    [{ what: 'html' }, 'unreadable'],
    // No rows and no figure is not "none": it must not show that the citizen has not got the text.
    [{ what: 'empty_object' }, 'unreadable'],
    [{ what: 'refuse', code: 'OK' }, 'unreadable'],
    [{ what: 'refuse', code: 'isp.SYSTEM_ERROR' }, 'isp.SYSTEM_ERROR'],
  ] as [CallFault, string][])('fails, and never says "none", on %j', async (fault, code) => {
    const gateway = await sandbox()
    gateway.setFaults({ calls: [fault] })
    const result = await impatient(gateway, fault).query(someText.phone, today())
    expect(result).toEqual({ outcome: 'failed', code })
  })
})
