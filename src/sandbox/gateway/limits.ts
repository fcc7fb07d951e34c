import type { OutgoingText } from '../../sms/gateway.ts'

/** Null switches a limit off. */
export interface FrequencyLimits {
  /** Texts to one number with one signature and template, per minute and hour of the wall clock. */
  perMinute: number | null
  perHour: number | null
  /** The same within 24 hours of the first of them. */
  perDay: number | null
  /** Texts of the whole account per calendar day, UTC+8. */
  accountPerDay: number | null
  /** Calls of the whole account. */
  callsPerSecond: number | null
}

/** Of notices (help.aliyun.com/document_detail/44335.htm), and of the interface. */
export const usualLimits: FrequencyLimits = {
  perMinute: null,
  perHour: null,
  perDay: 50,
  accountPerDay: null,
  callsPerSecond: 5_000,
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

export interface LimitFault {
  code: string
  message: string
}

export interface Limits {
  /** Counts a call; true when it comes too fast. */
  tooFast(): boolean
  /** Counts the texts of one call, all or none. */
  take(texts: readonly Addressed[], templateCode: string): LimitFault | null
  reset(): void
}

type Addressed = Pick<OutgoingText, 'phone' | 'signature'>
type IsOpen = (openedMs: number, nowMs: number) => boolean

/** Counts what was accepted, whatever its receipt says later. */
export function createLimits(limits: FrequencyLimits, nowMs: () => number): Limits {
  const account = counter(limits.accountPerDay, '', sameWindow(dayMs, 8 * hourMs))
  const calls = counter(limits.callsPerSecond, '', sameWindow(1_000))
  const perText = [
    counter(limits.perMinute, '分钟', sameWindow(minuteMs)),
    counter(limits.perHour, '小时', sameWindow(hourMs)),
    counter(limits.perDay, '天', (openedMs, now) => now - openedMs < dayMs),
  ].filter((each) => each.limit !== Infinity)

  return {
    tooFast: () => calls.add('', 1, nowMs()) > calls.limit,
    take(texts, templateCode) {
      const now = nowMs()
      if (account.count('', now) + texts.length > account.limit) {
        return { code: 'isv.DAY_LIMIT_CONTROL', message: '触发日发送限额' }
      }
      const keys = texts.map(({ phone, signature }) => `${phone}|${signature}|${templateCode}`)
      for (const each of perText) {
        if (keys.some((key) => each.count(key, now) >= each.limit)) {
          const message = `触发${each.name}级流控Permits:${each.limit}`
          return { code: 'isv.BUSINESS_LIMIT_CONTROL', message }
        }
      }
      account.add('', texts.length, now)
      for (const each of perText) for (const key of keys) each.add(key, 1, now)
      return null
    },
    reset() {
      for (const each of [account, calls, ...perText]) each.reset()
    },
  }
}

/** Windows of the wall clock. UTC+8 lies whole hours off, so only days need to be shifted. */
function sameWindow(lengthMs: number, offsetMs = 0): IsOpen {
  const number = (ms: number) => Math.floor((ms + offsetMs) / lengthMs)
  return (openedMs, now) => number(openedMs) === number(now)
}

function counter(limit: number | null, name: string, isOpen: IsOpen) {
  const windows = new Map<string, { openedMs: number; count: number }>()
  const count = (key: string, now: number): number => {
    const window = windows.get(key)
    return window && isOpen(window.openedMs, now) ? window.count : 0
  }
  return {
    name,
    limit: limit ?? Infinity,
    count,
    /** The count with these. */
    add(key: string, more: number, now: number): number {
      const total = count(key, now) + more
      const window = windows.get(key)
      if (window && total > more) window.count = total
      else windows.set(key, { openedMs: now, count: total })
      return total
    },
    reset: () => windows.clear(),
  }
}
