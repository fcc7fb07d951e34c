import { Agent, request } from 'node:http'
import type { Pending } from './pending.ts'

export interface PushSettings {
  /** Items in one push. */
  maxItems: number
  /** Milliseconds in which the receiver must have answered. */
  timeoutMs: number
  /** Milliseconds before each further try; then the push is given up. */
  retryMs: readonly number[]
}

/** As the provider's product pages have it: after 1, 5 and 10 minutes, within 700 ms. */
export const usualPushes: PushSettings = {
  maxItems: 20,
  timeoutMs: 700,
  retryMs: [60_000, 300_000, 600_000],
}

export interface PushCounts {
  attempts: number
  /** Items that a receiver acknowledged. */
  delivered: number
  /** Items whose tries are used up. */
  givenUp: number
}

export interface Pusher {
  /** Null drops what is to be pushed. */
  setUrl(url: string | null): void
  push(items: readonly object[], newestFirst: boolean): void
  counts(): PushCounts
  /** Forgets everything that is still under way. */
  reset(): void
  close(): void
}

const concurrency = 8
// Long enough to fill a push from calls that come one by one.
const lingerMs = 5

/** Pushes items to one address as JSON arrays, at least once, in no order that anybody promises. */
export function createPusher(settings: PushSettings, pending: Pending): Pusher {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency })
  const timers = new Set<NodeJS.Timeout>()
  let url: string | null = null
  let queue: object[] = []
  let inFlight = 0
  let lingering = false
  let generation = 0
  let counts: PushCounts = { attempts: 0, delivered: 0, givenUp: 0 }

  const later = (ms: number, act: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      act()
    }, ms)
    timers.add(timer)
  }

  const pump = () => {
    const free = concurrency - inFlight
    for (let slot = 0; slot < free && queue.length > 0; slot++) {
      void attempt(queue.splice(0, settings.maxItems), 0, generation)
    }
  }

  const attempt = async (items: object[], tries: number, born: number): Promise<void> => {
    inFlight++
    counts.attempts++
    const acknowledged =
      url !== null && (await post(url, JSON.stringify(items), settings.timeoutMs, agent))
    inFlight--
    if (born === generation) settle(items, tries, acknowledged)
    pump()
  }

  const settle = (items: object[], tries: number, acknowledged: boolean) => {
    const waitMs = settings.retryMs[tries]
    if (!acknowledged && waitMs !== undefined) {
      later(waitMs, () => void attempt(items, tries + 1, generation))
      return
    }
    counts[acknowledged ? 'delivered' : 'givenUp'] += items.length
    pending.done(items.length)
  }

  const reset = () => {
    generation++
    for (const timer of timers) clearTimeout(timer)
    timers.clear()
    queue = []
    lingering = false
    counts = { attempts: 0, delivered: 0, givenUp: 0 }
  }

  return {
    setUrl: (next) => (url = next),
    push(items, newestFirst) {
      if (url === null) return
      pending.add(items.length)
      if (newestFirst) queue = [...items].reverse().concat(queue)
      else queue.push(...items)
      if (lingering) return
      lingering = true
      later(lingerMs, () => {
        lingering = false
        pump()
      })
    },
    counts: () => ({ ...counts }),
    reset,
    close() {
      reset()
      agent.destroy()
    },
  }
}

/** True when the receiver answered 200 with a JSON object whose `code` is a number: all the provider looks at. */
function post(url: string, body: string, timeoutMs: number, agent: Agent): Promise<boolean> {
  return new Promise((resolve) => {
    const headers = {
      'content-type': 'application/json; charset=UTF-8',
      'content-length': Buffer.byteLength(body),
    }
    const call = request(url, { method: 'POST', agent, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('error', () => finish(false))
      response.on('end', () => finish(response.statusCode === 200 && hasNumericCode(text)))
    })
    const timer = setTimeout(() => {
      finish(false)
      call.destroy()
    }, timeoutMs)
    const finish = (acknowledged: boolean) => {
      clearTimeout(timer)
      resolve(acknowledged)
    }
    call.on('error', () => finish(false))
    call.end(body)
  })
}

function hasNumericCode(text: string): boolean {
  try {
    const answer: unknown = JSON.parse(text)
    return typeof (answer as { code?: unknown } | null)?.code === 'number'
  } catch {
    return false
  }
}
