import { createHash } from 'node:crypto'
import { dateAt, type Clock } from '../../foundation/clock.ts'
import { deliveryMeaning } from '../../sms/provider-codes.ts'
import { formatProviderTime } from '../../sms/provider-time.ts'
import type { Faults } from './faults.ts'
import type { Ledger, LedgerEntry } from './ledger.ts'
import type { Pending } from './pending.ts'

/** What becomes of a text at the other end. */
export interface Behaviour {
  /** A receipt code such as `MOBILE_NOT_ON_SERVICE`; `none` when the carrier never says; `DELIVERED` when left out. */
  receipt?: string
  /** Milliseconds from acceptance to the receipt, where it differs from the setting. */
  receiptAfterMs?: number
  /** What the citizen texts back, in milliseconds from acceptance: may overtake the receipt. */
  replies?: readonly { text: string; afterMs: number }[]
}

export interface Reply {
  phone: string
  text: string
  /** Whose text is answered; the newest one's when left out. */
  signature?: string | undefined
  afterMs?: number | undefined
}

/** Takes items to whoever wants them. */
export type Outlet = (items: object[], newestFirst: boolean) => void

export interface DeliveryDeps {
  clock: Clock
  ledger: Ledger
  faults: Faults
  random: () => number
  pending: Pending
  /** Ways out of receipts and of replies. */
  reports: readonly Outlet[]
  ups: readonly Outlet[]
  receiptDelayMs: number
  behaviour(phone: string, text: LedgerEntry): Behaviour
}

export interface Delivery {
  deliver(entries: readonly LedgerEntry[]): void
  reply(reply: Reply): void
  /** Forgets all receipts and replies to come. */
  reset(): void
}

/** Carriers and citizens: makes the receipts and replies of accepted texts, and has them pushed when they are due. */
export function createDelivery(deps: DeliveryDeps): Delivery {
  const { clock, faults, pending } = deps
  const timers = new Set<NodeJS.Timeout>()
  let sequence = 0

  const after = (ms: number, act: () => void) => {
    pending.add(1)
    const timer = setTimeout(
      () => {
        timers.delete(timer)
        act()
        pending.done(1)
      },
      Math.max(0, ms) + faults.pushes().delayMs,
    )
    timers.add(timer)
  }

  const push = (outlets: readonly Outlet[], items: object[]) => {
    const { duplicate, reorder } = faults.pushes()
    const again = duplicate > 0 ? items.filter(() => deps.random() < duplicate) : []
    for (const outlet of outlets) {
      outlet(items, reorder)
      if (again.length > 0) outlet(again, reorder)
    }
  }

  const report = (due: [LedgerEntry, string][]) => {
    const at = clock.now()
    const { loseReceipts } = faults.pushes()
    const items: object[] = []
    for (const [entry, code] of due) {
      if (!entry.receipt) deps.ledger.report(entry, { code, at })
      if (loseReceipts === 0 || deps.random() >= loseReceipts) items.push(reportItem(entry, code))
    }
    push(deps.reports, items)
  }

  /** The citizen texts at `atMs`, however late this process gets to it. */
  const textAt = (
    atMs: number,
    up: { phone: string; text: string; signature?: string | undefined; sequenceId: string },
  ) => {
    after(atMs - clock.nowMs(), () => {
      const answered = up.signature ?? deps.ledger.newestOf(up.phone)?.signature ?? ''
      push(deps.ups, [
        {
          phone_number: up.phone,
          content: up.text,
          send_time: formatProviderTime(dateAt(atMs)),
          dest_code: destCode(answered),
          sequence_id: up.sequenceId,
        },
      ])
    })
  }

  return {
    deliver(entries) {
      // One timer for the receipts that fall due together: mostly those of a whole call.
      const byDelay = new Map<number, [LedgerEntry, string][]>()
      for (const entry of entries) {
        const behaviour = deps.behaviour(entry.phone, entry)
        const code = behaviour.receipt ?? 'DELIVERED'
        if (code !== 'none') {
          const delayMs = behaviour.receiptAfterMs ?? deps.receiptDelayMs
          const due = byDelay.get(delayMs)
          if (due) due.push([entry, code])
          else byDelay.set(delayMs, [[entry, code]])
        }
        for (const [index, { text, afterMs }] of (behaviour.replies ?? []).entries()) {
          textAt(entry.acceptedAt.getTime() + afterMs, {
            phone: entry.phone,
            text,
            signature: entry.signature,
            sequenceId: sequenceIdOf(entry, index),
          })
        }
      }
      for (const [delayMs, due] of byDelay) after(delayMs, () => report(due))
    },
    reply({ phone, text, signature, afterMs = 0 }) {
      textAt(clock.nowMs() + afterMs, { phone, text, signature, sequenceId: String(++sequence) })
    },
    reset() {
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
    },
  }
}

/** The same for the same reply, so that one pushed again after a restart is known as the one it is. */
function sequenceIdOf(entry: LedgerEntry, index: number): string {
  const digest = createHash('sha256').update(`${entry.bizId} ${entry.phone} ${index}`).digest()
  return String(digest.readUIntBE(0, 6))
}

function reportItem(entry: LedgerEntry, code: string) {
  return {
    phone_number: entry.phone,
    send_time: formatProviderTime(entry.acceptedAt),
    report_time: formatProviderTime(entry.receipt?.at ?? entry.acceptedAt),
    success: code === 'DELIVERED',
    err_code: code,
    err_msg: deliveryMeaning(code).meaning,
    sms_size: String(entry.segments),
    biz_id: entry.bizId,
    out_id: entry.outId ?? '',
  }
}

/** The provider gives each signature an extension number of its own; this one is the same after every start. */
export function destCode(signature: string): string {
  let sum = 0
  for (const character of signature) sum = (sum * 31 + character.codePointAt(0)!) % 9_000
  return String(10_000 + sum)
}
