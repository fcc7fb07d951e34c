import { describe, expect, it } from 'vitest'
import { businessDay, systemClock } from '../../../src/foundation/clock.ts'
import { parseSmsReport, parseSmsUp } from '../../../src/sms/push-payload.ts'
import { adapter, batch, sandbox, text } from '../../sms/pair.ts'
import { receiver, type AnswerPush } from './receiver.ts'

const texts = (count: number) => Array.from({ length: count }, (_, index) => text(index))
const phones = (items: Record<string, unknown>[]) => items.map((item) => item.phone_number)
const localTime = expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/) as string

describe('receipts', () => {
  it('come with the provider’s fields, as JSON arrays that our parser reads', async () => {
    const { received, callbacks } = await receiver()
    const gateway = await sandbox({ callbacks })
    const result = await adapter(gateway).send(batch([text(1)], { outId: 'out-3' }))
    await gateway.idle()
    expect(received).toEqual([
      {
        path: '/report',
        contentType: 'application/json; charset=UTF-8',
        items: [
          {
            phone_number: text(1).phone,
            send_time: localTime,
            report_time: localTime,
            success: true,
            err_code: 'DELIVERED',
            err_msg: '已送达',
            sms_size: '1',
            biz_id: result.outcome === 'accepted' ? result.bizId : '',
            out_id: 'out-3',
          },
        ],
      },
    ])
    const parsed = parseSmsReport(JSON.stringify(received[0]?.items), (phone) => phone)
    expect(parsed).toMatchObject({ kind: 'items', unusable: [], items: [{ index: 0 }] })
  })

  it('come in pushes of no more items than set', async () => {
    const { received, callbacks, items } = await receiver()
    const gateway = await sandbox({ callbacks, pushes: { maxItems: 30 } })
    await adapter(gateway).send(batch(texts(100)))
    await gateway.idle()
    expect(received.map((push) => push.items.length)).toEqual([30, 30, 30, 10])
    expect(new Set(phones(items('/report')))).toEqual(new Set(texts(100).map(({ phone }) => phone)))
  })

  it('tell of dead numbers, or never come, as the number behaves', async () => {
    const { callbacks, items } = await receiver()
    const behaviours: Record<string, string> = {
      [text(1).phone]: 'INVALID_NUMBER',
      [text(2).phone]: 'none',
    }
    const behaviour = (phone: string) => ({ receipt: behaviours[phone] ?? 'DELIVERED' })
    const gateway = await sandbox({ callbacks, behaviour })
    await adapter(gateway).send(batch([text(1), text(2), text(3)]))
    await gateway.idle()
    expect(items('/report')).toMatchObject([
      { phone_number: text(1).phone, success: false, err_code: 'INVALID_NUMBER' },
      { phone_number: text(3).phone, success: true, err_code: 'DELIVERED' },
    ])
  })

  it('can be lost on their way, and the query knows them still', async () => {
    const { received, callbacks } = await receiver()
    const gateway = await sandbox({ callbacks })
    const sms = adapter(gateway)
    gateway.setFaults({ pushes: { loseReceipts: 1 } })
    await sms.send(batch([text(1)]))
    await gateway.idle()
    expect(received).toEqual([])
    expect(await sms.query(text(1).phone, businessDay(systemClock.now()))).toMatchObject({
      details: [{ status: 'delivered' }],
    })
  })

  it('may arrive before the answer to the call that made them', async () => {
    const { received, callbacks } = await receiver()
    const gateway = await sandbox({ callbacks })
    gateway.setFaults({ calls: [{ what: 'hang', accept: true }] })
    const result = await adapter(gateway, { callTimeoutMs: 300 }).send(batch([text(1)]))
    expect(result.outcome).toBe('unknown')
    await gateway.idle()
    expect(received.length).toBe(1)
  })
})

describe('replies', () => {
  it('come with the provider’s fields, which name no text of ours', async () => {
    const { received, callbacks } = await receiver()
    const gateway = await sandbox({ callbacks, behaviour: () => ({ receipt: 'none' }) })
    await adapter(gateway).send(batch([text(1)]))
    gateway.reply({ phone: text(1).phone, text: '不满意，等了两小时' })
    await gateway.idle()
    expect(received).toEqual([
      {
        path: '/up',
        contentType: 'application/json; charset=UTF-8',
        items: [
          {
            phone_number: text(1).phone,
            content: '不满意，等了两小时',
            send_time: localTime,
            dest_code: expect.stringMatching(/^\d{5}$/) as string,
            sequence_id: '1',
          },
        ],
      },
    ])
    expect(parseSmsUp(JSON.stringify(received[0]?.items), (phone) => phone)).toMatchObject({
      kind: 'items',
      unusable: [],
      items: [{ value: { phone: text(1).phone, content: '不满意，等了两小时' } }],
    })
  })

  it('come by themselves where the citizen behaves so, even before the receipt', async () => {
    const { received, callbacks, items, until } = await receiver()
    const gateway = await sandbox({
      callbacks,
      behaviour: () => ({
        receiptAfterMs: 60_000,
        replies: [
          { text: '1', afterMs: 0 },
          { text: '谢谢', afterMs: 60 },
        ],
      }),
    })
    await adapter(gateway).send(batch([text(1)]))
    await until('/up', 2)
    expect(items('/up').map((item) => item.content)).toEqual(['1', '谢谢'])
    expect(received.filter((push) => push.path === '/report')).toEqual([])
  })

  it('to different signatures come to different numbers, the same after every start', async () => {
    const codes: unknown[][] = []
    for (let start = 0; start < 2; start++) {
      const { callbacks, items } = await receiver()
      const gateway = await sandbox({ callbacks })
      for (const signature of ['甲市公安', '乙市公安', '甲市公安']) {
        gateway.reply({ phone: text(1).phone, text: '1', signature })
      }
      await gateway.idle()
      codes.push(items('/up').map((item) => item.dest_code))
    }
    expect(codes[0]).toEqual(codes[1])
    expect(codes[0]?.[0]).toBe(codes[0]?.[2])
    expect(codes[0]?.[0]).not.toBe(codes[0]?.[1])
  })
})

describe('a push that is not acknowledged', () => {
  const refusals: [string, AnswerPush][] = [
    ['a 500', (response) => response.writeHead(500).end('{"code":0}')],
    ['a 204', (response) => response.writeHead(204).end()],
    ['a body that is no JSON', (response) => response.end('ok')],
    ['a code that is no number', (response) => response.end('{"code":"0"}')],
    ['a cut connection', (response) => response.destroy()],
    ['no answer in time', () => {}],
  ]

  it.each(refusals)('with %s comes again until it is', async (name, refuse) => {
    const { received, callbacks } = await receiver((response, before) =>
      before < 2 ? refuse(response, before) : response.end('{"code":0}'),
    )
    const late = name === 'no answer in time' && { timeoutMs: 1_000 }
    const gateway = await sandbox({ callbacks, pushes: { retryMs: [1, 1, 1], ...late } })
    await adapter(gateway).send(batch([text(1)]))
    await gateway.idle()
    expect(received.length).toBe(3)
    expect(received[1]).toEqual(received[0])
    expect(gateway.state().smsReport).toEqual({ attempts: 3, delivered: 1, givenUp: 0 })
  })

  it('is given up when the schedule is used up', async () => {
    const { received, callbacks } = await receiver((response) => response.writeHead(503).end())
    const gateway = await sandbox({ callbacks, pushes: { retryMs: [1, 1, 1] } })
    await adapter(gateway).send(batch([text(1)]))
    await gateway.idle()
    expect(received.length).toBe(4)
    expect(gateway.state()).toMatchObject({
      pending: 0,
      smsReport: { attempts: 4, delivered: 0, givenUp: 1 },
    })
  })

  it('does not hold up the others', async () => {
    const { callbacks, items } = await receiver((response, before) =>
      response.end(before === 0 ? '' : '{"code":0}'),
    )
    const gateway = await sandbox({ callbacks, pushes: { maxItems: 1, retryMs: [1] } })
    await adapter(gateway).send(batch(texts(20)))
    await gateway.idle()
    expect(new Set(phones(items('/report'))).size).toBe(20)
    expect(gateway.state().smsReport).toEqual({ attempts: 21, delivered: 20, givenUp: 0 })
  })
})

describe('faults of pushes', () => {
  it('deliver everything twice', async () => {
    const { callbacks, items } = await receiver()
    const gateway = await sandbox({ callbacks })
    gateway.setFaults({ pushes: { duplicate: 1 } })
    await adapter(gateway).send(batch(texts(30)))
    gateway.reply({ phone: text(1).phone, text: '1' })
    await gateway.idle()
    expect(items('/report').length).toBe(60)
    expect(new Set(phones(items('/report'))).size).toBe(30)
    expect(items('/up').length).toBe(2)
    expect(items('/up')[0]).toEqual(items('/up')[1])
  })

  it('deliver the newest first', async () => {
    const { callbacks, items } = await receiver()
    const gateway = await sandbox({ callbacks })
    gateway.setFaults({ pushes: { reorder: true } })
    await adapter(gateway).send(batch(texts(10)))
    await gateway.idle()
    expect(phones(items('/report'))).toEqual(
      texts(10)
        .map(({ phone }) => phone)
        .reverse(),
    )
  })

  it('delay what becomes due', async () => {
    const { callbacks, items, until } = await receiver()
    const gateway = await sandbox({ callbacks })
    const sms = adapter(gateway)
    gateway.setFaults({ pushes: { delayMs: 60_000 } })
    await sms.send(batch([text(1)]))
    gateway.setFaults({})
    await sms.send(batch([text(2)]))
    await until('/report', 1)
    expect(phones(items('/report'))).toEqual([text(2).phone])
  })
})

describe('a gateway that is reset', () => {
  it('forgets what it had still to push', async () => {
    const { received, callbacks } = await receiver((response) => response.writeHead(503).end())
    const gateway = await sandbox({ callbacks, receiptDelayMs: 60_000 })
    await adapter(gateway).send(batch([text(1)]))
    gateway.reply({ phone: text(1).phone, text: '1' })
    const idle = gateway.idle()
    gateway.reset()
    await idle
    expect(gateway.state()).toMatchObject({ accepted: 0, pending: 0 })
    expect(received).toEqual([])
  })
})
