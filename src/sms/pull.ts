import { clearAlarm, raiseAlarm } from '../alarm/alarm.ts'
import type { Core } from '../foundation/core.ts'
import { AppError } from '../foundation/errors.ts'
import type { Id } from '../foundation/ids.ts'
import type { Timer } from '../foundation/timer.ts'
import { storeRaw, type InboundChannel } from './inbound.ts'
import type { PullQueue, PulledMessage } from './mns.ts'

export interface PullDeps extends Core {
  /** Called after a raw push is committed, as for one that came by HTTP. */
  pushed: (channel: InboundChannel, id: Id, body: string) => void
}

// Short enough for a stop to wait it out.
const waitSeconds = 5
const longestBackOffMs = 60_000
// Some minutes: the provider keeps its messages for days.
const alarmAfterFailures = 8

/**
 * Takes what waits in the provider's queue: stored raw first, removed only after the commit (law 5). A crash in
 * between brings it again, and the keys of its items keep it from counting twice. Returns how many messages.
 */
export async function pullOnce(
  deps: PullDeps,
  channel: InboundChannel,
  queue: PullQueue,
  wait: number,
): Promise<number> {
  const messages = await queue.receive(wait)
  if (messages.length === 0) return 0
  const pushes = asPushes(messages).map((body) => ({ channel, body }))
  const ids = await storeRaw(deps, pushes)
  pushes.forEach(({ body }, index) => deps.pushed(channel, ids[index]!, body))
  await queue.remove(messages.map(({ handle }) => handle))
  return messages.length
}

/** One push for all that is readable; what is not JSON is kept by itself, so that it cannot spoil the others. */
function asPushes(messages: readonly PulledMessage[]): string[] {
  const readable = messages.map(({ body }) => body).filter(isJson)
  const others = messages.map(({ body }) => body).filter((body) => !isJson(body))
  return [...(readable.length > 0 ? [`[${readable.join(',')}]`] : []), ...others]
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Pulls until it is stopped. Any number of processes may do so side by side: a message is shown to one at a time. */
export function startPulling(
  deps: PullDeps,
  channel: InboundChannel,
  queue: PullQueue,
  backOffMs = 1_000,
): Timer {
  const stopping = new AbortController()
  const { signal } = stopping
  const loop = (async () => {
    let failures = 0
    while (!signal.aborted) {
      try {
        await pullOnce(deps, channel, queue, waitSeconds)
        if (failures >= alarmAfterFailures) await clearAlarm(deps.db, 'sms.pull', channel)
        failures = 0
      } catch (error) {
        failures++
        deps.log.warn({ err: error, channel, failures }, 'the queue could not be read; tried again')
        if (failures === alarmAfterFailures) await callSomebody(deps, channel, error)
        await pause(Math.min(backOffMs * 2 ** (failures - 1), longestBackOffMs), signal)
      }
    }
  })()
  return {
    async stop() {
      stopping.abort()
      await loop
    },
  }
}

async function callSomebody(deps: PullDeps, channel: InboundChannel, error: unknown) {
  const code = error instanceof AppError ? String(error.details['code'] ?? error.code) : 'unknown'
  const message = `短信平台消息队列连续读取失败（${code}）：请检查网络、AccessKey 权限和队列名称；恢复后自动继续`
  await raiseAlarm(deps, deps.db, { kind: 'sms.pull', subject: channel, message }).catch(() => {})
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true })
  })
}
