import { describe, expect, it } from 'vitest'
import { createPace } from '../../src/sms/pace.ts'

const fine = () => false
const bad = () => true
const answer = () => Promise.resolve('')
const nextTick = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('the pace of a process', () => {
  it('never has more batches under way than its limit, and lets all of them through', async () => {
    const pace = createPace({ most: 3, slowMs: 10_000 })
    let running = 0
    let most = 0
    const batch = () =>
      pace.turn(async () => {
        most = Math.max(most, ++running)
        await nextTick()
        running--
      })
    await Promise.all(Array.from({ length: 20 }, batch))
    expect(most).toBe(3)
    expect(running).toBe(0)
  })

  it('halves at each trouble, but never below one', async () => {
    const pace = createPace({ most: 8, slowMs: 10_000 })
    const limits = []
    for (let calls = 0; calls < 5; calls++) {
      await pace.call(answer, bad)
      limits.push(pace.limit())
    }
    expect(limits).toEqual([4, 2, 1, 1, 1])
  })

  it('halves once for calls that failed together', async () => {
    const pace = createPace({ most: 8, slowMs: 10_000 })
    await Promise.all(Array.from({ length: 8 }, () => pace.call(nextTick, bad)))
    expect(pace.limit()).toBe(4)
  })

  it('gives way to a provider that answers slowly', async () => {
    const pace = createPace({ most: 10, slowMs: -1 })
    await pace.call(answer, fine)
    expect(pace.limit()).toBe(8)
  })

  it('comes back step by step, up to where it was', async () => {
    const pace = createPace({ most: 4, slowMs: 10_000 })
    await pace.call(answer, bad)
    await pace.call(answer, bad)
    expect(pace.limit()).toBe(1)
    for (let calls = 0; calls < 3; calls++) await pace.call(answer, fine)
    expect(pace.limit()).toBe(2)
    for (let calls = 0; calls < 50; calls++) await pace.call(answer, fine)
    expect(pace.limit()).toBe(4)
  })

  it('is not stopped by work that fails', async () => {
    const pace = createPace({ most: 1, slowMs: 10_000 })
    await expect(pace.turn(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await pace.turn(() => Promise.resolve('done'))).toBe('done')
  })
})
