import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { Clock } from '../../foundation/clock.ts'
import type { Faults } from './faults.ts'
import type { Pending } from './pending.ts'

/** One message of a queue, at least once: shown to one reader at a time, and again until it is deleted. */
export interface QueuedMessage {
  id: string
  body: string
  receiptHandle: string
  enqueuedAtMs: number
  visibleAtMs: number
  timesShown: number
}

export interface MessageQueue {
  put(items: readonly object[]): void
  /** Shows up to `count` messages, waiting for the first up to `waitMs`; `gone` ends the waiting. */
  receive(count: number, waitMs: number, gone: AbortSignal): Promise<QueuedMessage[]>
  /** The handles that name no message, or one that was shown again since. */
  remove(handles: readonly string[]): string[]
  reset(): void
}

/** A queue as the provider's message service keeps it, in memory. */
export function createQueue(
  clock: Clock,
  visibilityMs: number,
  pending: Pending,
  faults: Faults,
): MessageQueue {
  const messages = new Map<string, QueuedMessage>()
  let waiting: (() => void)[] = []

  const show = (count: number): QueuedMessage[] => {
    const nowMs = clock.nowMs()
    const shown: QueuedMessage[] = []
    for (const message of messages.values()) {
      if (message.visibleAtMs > nowMs) continue
      message.visibleAtMs = nowMs + visibilityMs
      message.timesShown++
      message.receiptHandle = `1-${randomBytes(18).toString('hex')}`
      shown.push(message)
      if (shown.length === count) break
    }
    return shown
  }

  // Woken by a new message, and now and then for one that comes into view again.
  const change = (withinMs: number, gone: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.min(withinMs, 100))
      const wake = () => (clearTimeout(timer), resolve())
      waiting.push(wake)
      gone.addEventListener('abort', wake, { once: true })
    })

  return {
    put(items) {
      pending.add(items.length)
      const nowMs = clock.nowMs()
      for (const item of items) {
        const id = randomUUID()
        messages.set(id, {
          id,
          body: Buffer.from(JSON.stringify(item)).toString('base64'),
          receiptHandle: '',
          enqueuedAtMs: nowMs,
          visibleAtMs: nowMs,
          timesShown: 0,
        })
      }
      const woken = waiting
      waiting = []
      for (const wake of woken) wake()
    },
    async receive(count, waitMs, gone) {
      const endMs = clock.nowMs() + waitMs
      for (;;) {
        // Who has hung up must be shown nothing, or it would stay hidden for a while.
        if (gone.aborted) return []
        const shown = show(count)
        const leftMs = endMs - clock.nowMs()
        if (shown.length > 0 || leftMs <= 0) return shown
        await change(leftMs, gone)
      }
    },
    remove(handles) {
      if (faults.losesDelete()) return []
      const byHandle = new Map([...messages.values()].map((each) => [each.receiptHandle, each]))
      return handles.filter((handle) => {
        const message = byHandle.get(handle)
        if (!message) return true
        messages.delete(message.id)
        pending.done(1)
        return false
      })
    },
    reset: () => messages.clear(),
  }
}

export function bodyDigest(body: string): string {
  return createHash('md5').update(body).digest('hex').toUpperCase()
}
