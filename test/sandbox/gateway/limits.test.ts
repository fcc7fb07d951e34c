import { describe, expect, it } from 'vitest'
import { standingClock } from '../../../src/foundation/clock.ts'
import {
  createLimits,
  usualLimits,
  type FrequencyLimits,
} from '../../../src/sandbox/gateway/limits.ts'
import { adapter, batch, sandbox, text } from '../../sms/pair.ts'

const someText = text(1)

function limited(limits: Partial<FrequencyLimits>) {
  const clock = standingClock('2026-03-01T12:00:30+08:00')
  const counting = createLimits({ ...usualLimits, ...limits }, () => clock.nowMs())
  return {
    set: (isoTime: string) => clock.set(isoTime),
    take: (phone = someText.phone, template = 'SMS_1') =>
      counting.take([{ phone, signature: '示例公安' }], template)?.message ?? 'taken',
    takeMany: (count: number) =>
      counting.take(
        Array.from({ length: count }, (_, index) => text(index)),
        'SMS_1',
      )?.code,
    tooFast: () => counting.tooFast(),
  }
}

describe('frequency limits', () => {
  it('let 50 texts of a template through to a number within 24 hours of the first', () => {
    const { take, set } = limited({})
    for (let index = 0; index < 50; index++) expect(take()).toBe('taken')
    expect(take()).toBe('触发天级流控Permits:50')
    expect(take(text(2).phone)).toBe('taken')
    expect(take(someText.phone, 'SMS_2')).toBe('taken')
    set('2026-03-02T12:00:29+08:00')
    expect(take()).toBe('触发天级流控Permits:50')
    set('2026-03-02T12:00:30+08:00')
    expect(take()).toBe('taken')
  })

  it('turn minute and hour with the wall clock', () => {
    const { take, set } = limited({ perMinute: 1, perHour: 2 })
    expect(take()).toBe('taken')
    expect(take()).toBe('触发分钟级流控Permits:1')
    set('2026-03-01T12:01:00+08:00')
    expect(take()).toBe('taken')
    set('2026-03-01T12:02:00+08:00')
    expect(take()).toBe('触发小时级流控Permits:2')
    set('2026-03-01T13:00:00+08:00')
    expect(take()).toBe('taken')
  })

  it('cap the account per calendar day of UTC+8, all or none of a call', () => {
    const { takeMany, set } = limited({ accountPerDay: 10, perDay: null })
    expect(takeMany(8)).toBeUndefined()
    expect(takeMany(3)).toBe('isv.DAY_LIMIT_CONTROL')
    expect(takeMany(2)).toBeUndefined()
    set('2026-03-02T00:00:00+08:00')
    expect(takeMany(3)).toBeUndefined()
  })

  it('throttle calls that come too fast', () => {
    const { tooFast, set } = limited({ callsPerSecond: 2 })
    expect([tooFast(), tooFast(), tooFast()]).toEqual([false, false, true])
    set('2026-03-01T12:00:31+08:00')
    expect(tooFast()).toBe(false)
  })

  it('reach the sender as refusals that name their window', async () => {
    const gateway = await sandbox({ limits: { perHour: 1 } })
    const sms = adapter(gateway)
    await sms.send(batch([someText]))
    expect(await sms.send(batch([someText]))).toMatchObject({
      outcome: 'rejected',
      refusal: { class: 'flow', scope: 'number', window: 'hour' },
    })
    const busy = await sandbox({ limits: { callsPerSecond: 0 } })
    expect(await adapter(busy).send(batch([someText]))).toMatchObject({
      outcome: 'rejected',
      refusal: { class: 'flow', scope: 'account', window: 'minute', code: 'Throttling.User' },
    })
  })
})
