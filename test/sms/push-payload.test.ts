import { createHmac } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseSmsReport, parseSmsUp, type Push } from '../../src/sms/push-payload.ts'
import { formatProviderTime, parseProviderTime } from '../../src/sms/provider-time.ts'

const hashPhone = (phone: string) => createHmac('sha256', 'key').update(phone).digest('hex')
const up = (body: unknown) => parseSmsUp(JSON.stringify(body), hashPhone)
const report = (body: unknown) => parseSmsReport(JSON.stringify(body), hashPhone)

const reply = {
  phone_number: '13812345678',
  content: '1',
  send_time: '2026-03-01 09:30:00',
  dest_code: '10690',
  sequence_id: '1234567890',
}
const receipt = {
  phone_number: '13812345678',
  send_time: '2026-03-01 09:30:00',
  report_time: '2026-03-01 09:30:05',
  success: true,
  err_code: 'DELIVERED',
  err_msg: '用户接收成功',
  sms_size: '2',
  biz_id: '900619746936498440^0',
  out_id: 'batch-1',
}

function values<T>(push: Push<T>): T[] {
  return push.kind === 'items' ? push.items.map((item) => item.value) : []
}

function keys<T>(push: Push<T>): string[] {
  return push.kind === 'items' ? push.items.map((item) => item.dedupeKey) : []
}

describe('a push of replies', () => {
  it('is read item by item', () => {
    expect(values(up([reply, { ...reply, content: '不满意' }]))).toEqual([
      {
        phone: '13812345678',
        content: '1',
        sentAt: parseProviderTime('2026-03-01 09:30:00'),
        destCode: '10690',
        sequenceId: '1234567890',
        signature: null,
      },
      expect.objectContaining({ content: '不满意' }),
    ])
  })

  it('may be a single object', () => {
    expect(values(up(reply))).toEqual(values(up([reply])))
  })

  it.each([
    ['"1234567890"', '1234567890'],
    ['1234567890', '1234567890'],
    ['1.23456789E9', '1234567890'],
    ['null', null],
  ])('knows sequence_id %s', (written, read) => {
    const body = JSON.stringify([reply]).replace('"1234567890"', written)
    expect(values(parseSmsUp(body, hashPhone))[0]?.sequenceId).toBe(read)
  })

  it('gives one key to one reply in either form of time and sequence_id', () => {
    const older = { ...reply, send_time: '20260301093000', sequence_id: 1_234_567_890 }
    expect(keys(up([reply]))).toEqual(keys(up([older])))
  })

  it.each(['phone_number', 'content', 'send_time', 'dest_code', 'sequence_id'])(
    'gives another key where %s differs',
    (field) => {
      const other = { ...reply, [field]: '2025-01-01 00:00:00' }
      expect(keys(up([reply]))).not.toEqual(keys(up([other])))
    },
  )

  it('has no number in its keys, and none that can be had by hashing all numbers', () => {
    const [key] = keys(up([reply]))
    expect(key).toMatch(/^[0-9a-f]{64}$/)
    expect(keys(parseSmsUp(JSON.stringify([reply]), () => 'another key'))).not.toEqual([key])
  })

  it('keeps a reply whose time or extension number nobody can read', () => {
    expect(values(up([{ phone_number: '13812345678', content: '', send_time: 'soon' }]))).toEqual([
      {
        phone: '13812345678',
        content: '',
        sentAt: null,
        destCode: '',
        sequenceId: null,
        signature: null,
      },
    ])
  })

  it('reports each unusable item and goes on', () => {
    const push = up([
      reply,
      null,
      7,
      { content: '1' },
      { phone_number: '13812345678' },
      { ...reply, phone_number: {} },
      { ...reply, dest_code: 'x'.repeat(300) },
      reply,
    ])
    expect(push).toMatchObject({
      kind: 'items',
      items: [{ index: 0 }, { index: 7 }],
      unusable: [
        { index: 1, reason: 'not_object' },
        { index: 2, reason: 'not_object' },
        { index: 3, reason: 'phone_number_missing' },
        { index: 4, reason: 'content_missing' },
        { index: 5, reason: 'phone_number_invalid' },
        { index: 6, reason: 'dest_code_invalid' },
      ],
    })
  })

  it('drops the character that PostgreSQL does not take', () => {
    expect(values(up([{ ...reply, content: 'a\0b', dest_code: '1\0' }]))[0]).toMatchObject({
      content: 'ab',
      destCode: '1',
    })
  })
})

describe('a push of receipts', () => {
  it('is read item by item', () => {
    expect(values(report([receipt]))).toEqual([
      {
        phone: '13812345678',
        success: true,
        errorCode: 'DELIVERED',
        sentAt: parseProviderTime('2026-03-01 09:30:00'),
        reportedAt: parseProviderTime('2026-03-01 09:30:05'),
        segments: 2,
        bizId: '900619746936498440^0',
        outId: 'batch-1',
      },
    ])
  })

  it('has one key per request and number, whatever time it comes', () => {
    const later = { ...receipt, report_time: '2026-03-01 10:00:00' }
    expect(keys(report([receipt]))).toEqual(keys(report([later])))
    expect(keys(report([receipt]))).not.toEqual(keys(report([{ ...receipt, biz_id: '1^0' }])))
  })

  it('is not the same as the preliminary one before it', () => {
    const preliminary = { ...receipt, success: false, err_code: 'REQUEST_SUCCESS' }
    expect(keys(report([receipt]))).not.toEqual(keys(report([preliminary])))
  })

  it.each([
    [{ success: 'true' }, { success: true }],
    [
      { success: 'false', err_code: 'MK:0001' },
      { success: false, errorCode: 'MK:0001' },
    ],
    [{ sms_size: 3 }, { segments: 3 }],
    [{ sms_size: 'x' }, { segments: null }],
    [{ biz_id: undefined }, { bizId: null, outId: 'batch-1' }],
    [{ out_id: '' }, { outId: null }],
    [{ report_time: undefined }, { reportedAt: null }],
  ])('tolerates %j', (fields, expected) => {
    expect(values(report([{ ...receipt, ...fields }]))[0]).toMatchObject(expected)
  })

  it('reports what cannot be matched or judged', () => {
    expect(
      report([
        { ...receipt, biz_id: '', out_id: '' },
        { ...receipt, success: 1 },
        { ...receipt, phone_number: '' },
      ]),
    ).toEqual({
      kind: 'items',
      items: [],
      unusable: [
        { index: 0, reason: 'biz_id_missing' },
        { index: 1, reason: 'success_missing' },
        { index: 2, reason: 'phone_number_missing' },
      ],
    })
  })
})

describe('what is no push', () => {
  it.each(['', '  \n', '[]', '{}', 'null', '""'])(
    'is a probe when it holds nothing: %j',
    (body) => {
      expect(parseSmsUp(body, hashPhone)).toEqual({ kind: 'probe' })
      expect(parseSmsReport(body, hashPhone)).toEqual({ kind: 'probe' })
    },
  )

  it.each([
    ['{"test":1}', 'not_items'],
    ['"hello"', 'not_items'],
    ['1', 'not_items'],
    ['true', 'not_items'],
    ['phone_number=13812345678', 'not_json'],
    ['[{"phone_number":"13812345678"', 'not_json'],
  ])('is unreadable when it holds something else: %s', (body, reason) => {
    expect(parseSmsUp(body, hashPhone)).toEqual({ kind: 'unreadable', reason })
    expect(parseSmsReport(body, hashPhone)).toEqual({ kind: 'unreadable', reason })
  })

  it('never throws and accounts for every item, whatever comes', () => {
    const json = fc.jsonValue({ maxDepth: 2 })
    const item = fc.oneof(
      json,
      fc.record(
        Object.fromEntries(Object.keys({ ...reply, ...receipt }).map((name) => [name, json])),
        { requiredKeys: [] },
      ),
      fc.constant(reply),
      fc.constant(receipt),
    )
    const body = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(item, { minLength: 1 }).map((items) => JSON.stringify(items)),
    )
    fc.assert(
      fc.property(body, (text) => {
        for (const push of [parseSmsUp(text, hashPhone), parseSmsReport(text, hashPhone)]) {
          if (push.kind !== 'items') continue
          const parsed: unknown = JSON.parse(text)
          const count = Array.isArray(parsed) ? parsed.length : 1
          expect(push.items.length + push.unusable.length).toBe(count)
        }
      }),
    )
  })
})

describe('the provider’s time', () => {
  it.each(['2026-03-01 00:30:00', '20260301003000', ' 2026-03-01 00:30:00 '])(
    'is UTC+8 in the form "%s"',
    (written) => {
      expect(parseProviderTime(written)?.toISOString()).toBe('2026-02-28T16:30:00.000Z')
    },
  )

  it.each([
    '',
    'now',
    '2026-13-01 00:00:00',
    '2026-02-30 00:00:00',
    '20260301250000',
    '2026-03-01',
  ])('is refused where it is none: "%s"', (written) => {
    expect(parseProviderTime(written)).toBeNull()
  })

  it('is read as it was written', () => {
    const seconds = fc.date({
      min: parseProviderTime('2000-01-01 00:00:00')!,
      max: parseProviderTime('2099-12-31 23:59:59')!,
      noInvalidDate: true,
    })
    fc.assert(
      fc.property(seconds, (instant) => {
        const written = formatProviderTime(instant)
        expect(formatProviderTime(parseProviderTime(written)!)).toBe(written)
      }),
    )
  })
})
