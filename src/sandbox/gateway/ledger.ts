import { businessDay } from '../../foundation/clock.ts'
import type { Journal } from './journal.ts'

/** One text that the gateway took on. */
export interface LedgerEntry {
  bizId: string
  outId: string | null
  phone: string
  signature: string
  templateCode: string
  params: Readonly<Record<string, string>>
  /** As the citizen reads it, without the signature; null where the template's words are not known. */
  content: string | null
  segments: number
  acceptedAt: Date
  /** Which acceptance of the same text (number, signature, template, parameters) this is; above 1, the citizen got it again. */
  times: number
  /** What the carrier said in the end; null while it has said nothing. */
  receipt: { code: string; at: Date } | null
}

export interface Ledger {
  accept(entry: Omit<LedgerEntry, 'times' | 'receipt'>): LedgerEntry
  /** What the carrier said. */
  report(entry: LedgerEntry, receipt: NonNullable<LedgerEntry['receipt']>): void
  /** In the order of acceptance. */
  all(): readonly LedgerEntry[]
  /** Of one number and one day (`yyyyMMdd`, UTC+8), newest first. */
  find(phone: string, day: string, bizId: string | null): LedgerEntry[]
  /** How many entries are texts that their citizen had got before. */
  repeated(): number
  newestOf(phone: string): LedgerEntry | undefined
  reset(): void
}

/** Everything the gateway accepted: the truth that a test holds the sender against. In memory, and in the journal where there is one. */
export function createLedger(journal?: Journal): Ledger {
  let entries: LedgerEntry[] = []
  let repeated = 0
  const byPhone = new Map<string, LedgerEntry[]>()
  const keep = (entry: LedgerEntry) => {
    entries.push(entry)
    const ofPhone = byPhone.get(entry.phone)
    if (ofPhone) ofPhone.push(entry)
    else byPhone.set(entry.phone, [entry])
  }
  for (const entry of journal?.entries ?? []) keep(entry)

  return {
    accept(accepted) {
      const ofPhone = byPhone.get(accepted.phone) ?? []
      const before = ofPhone.filter((other) => isSameText(other, accepted)).length
      const entry: LedgerEntry = { ...accepted, times: before + 1, receipt: null }
      keep(entry)
      if (before > 0) repeated++
      journal?.accepted(entry)
      return entry
    },
    report(entry, receipt) {
      entry.receipt = receipt
      journal?.reported(entry)
    },
    all: () => entries,
    repeated: () => repeated,
    find: (phone, day, bizId) =>
      (byPhone.get(phone) ?? [])
        .filter((entry) => businessDay(entry.acceptedAt) === day)
        .filter((entry) => bizId === null || entry.bizId === bizId)
        .reverse(),
    newestOf: (phone) => byPhone.get(phone)?.at(-1),
    reset() {
      entries = []
      repeated = 0
      byPhone.clear()
      journal?.wipe()
    },
  }
}

type Text = Pick<LedgerEntry, 'signature' | 'templateCode' | 'params'>

function isSameText(one: Text, other: Text): boolean {
  return (
    one.signature === other.signature &&
    one.templateCode === other.templateCode &&
    JSON.stringify(one.params) === JSON.stringify(other.params)
  )
}
