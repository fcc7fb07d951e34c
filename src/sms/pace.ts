import { stopwatch } from '../foundation/clock.ts'

export interface PaceSettings {
  /** Batches under way at once, at most. */
  most: number
  /** A call that takes longer shows that the provider is getting slow, in milliseconds. */
  slowMs: number
}

/**
 * How many batches this process has under way at once. It gives way to a provider that slows down, refuses or
 * does not answer, and comes back step by step (additive increase, multiplicative decrease).
 */
export interface Pace {
  /** Waits for its turn, then works. */
  turn<T>(work: () => Promise<T>): Promise<T>
  /** Makes a call of the provider and learns from how it went. */
  call<T>(call: () => Promise<T>, troubled: (result: T) => boolean): Promise<T>
  /** How many may be under way now. */
  limit(): number
}

export function createPace({ most, slowMs }: PaceSettings): Pace {
  const nowMs = stopwatch()
  const waiting: (() => void)[] = []
  let limit = most
  let running = 0
  let cutAtMs = 0

  const admit = () => {
    while (running < Math.floor(limit) && waiting.length > 0) {
      running++
      waiting.shift()!()
    }
  }
  const cut = (factor: number, startedAtMs: number) => {
    // Calls that were under way at the last cut say nothing about the pace since.
    if (startedAtMs < cutAtMs) return
    limit = Math.max(1, limit * factor)
    cutAtMs = nowMs()
  }

  return {
    async turn(work) {
      await new Promise<void>((resolve) => {
        waiting.push(resolve)
        admit()
      })
      try {
        return await work()
      } finally {
        running--
        admit()
      }
    },
    async call(call, troubled) {
      const startedAtMs = nowMs()
      const result = await call()
      if (troubled(result)) cut(0.5, startedAtMs)
      else if (nowMs() - startedAtMs > slowMs) cut(0.8, startedAtMs)
      else limit = Math.min(most, limit + 1 / limit)
      admit()
      return result
    },
    limit: () => Math.floor(limit),
  }
}
