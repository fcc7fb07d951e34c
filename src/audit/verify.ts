import type { Core } from '../foundation/core.ts'
import { noMac, sameContent, sealedText, slotHasher, type Seal } from './rules.ts'
import { lastSeal, oldestMonth, openSlot, readRows, readSeals, unsealedSince } from './store.ts'

export type AuditFault =
  /** The row of a seal is gone. */
  | 'seal_missing'
  /** A seal was changed, or made by somebody without the key. */
  | 'seal_forged'
  /** A seal does not follow the one before it. */
  | 'chain_broken'
  /** Entries of a sealed slot were changed, taken away or added. */
  | 'rows_changed'
  /** Entries stand where no seal will ever come. */
  | 'rows_misplaced'
  /** Entries have waited too long, or the last seals were taken away. */
  | 'unsealed_too_long'
  /** Entries are gone that have to be kept. */
  | 'rows_gone_too_early'
  /** The seal that somebody wrote down is not in the chain. */
  | 'head_not_found'

export interface AuditReport {
  seals: number
  rows: number
  /** Entries whose month is no longer kept; their seals still are. */
  retiredRows: number
  unsealedRows: number
  /** The latest seal: write it down elsewhere, and the end of the chain cannot be cut off unseen. */
  head: string | null
  faults: { slot: number | null; fault: AuditFault; detail: string }[]
}

const faultsTold = 50
const unsealedSecondsMax = 15 * 60
// Records of a network must be kept for six months (网络安全法, article 21).
const keptMonthsMin = 6

/** Checks every entry against its seal, and every seal against the one before it. `expectedHead` as an earlier report gave it. */
export async function verifyAudit(
  deps: Pick<Core, 'db' | 'vault'>,
  expectedHead: string | null = null,
): Promise<AuditReport> {
  const { db } = deps
  const report: AuditReport = {
    seals: 0,
    rows: 0,
    retiredRows: 0,
    unsealedRows: 0,
    head: null,
    faults: [],
  }
  const fault = (slot: number | null, what: AuditFault, detail: string) => {
    if (report.faults.length < faultsTold) report.faults.push({ slot, fault: what, detail })
  }
  // Seals made after this moment are left to the next check.
  const end = (await lastSeal(db))?.slot ?? 0
  const oldest = await oldestMonth(db)
  const firstKeptId = floorOfMonth(oldest.month)
  const rows = readRows(db, 0, end + 1)
  let row = (await rows.next()).value ?? null
  let previous: Pick<Seal, 'slot' | 'mac'> = { slot: 0, mac: noMac }
  let headFound = expectedHead === null

  for await (const seal of readSeals(db)) {
    if (seal.slot > end) break
    report.seals++
    if (seal.slot !== previous.slot + 1) {
      fault(previous.slot + 1, 'seal_missing', `${seal.slot - previous.slot - 1} seals are gone`)
    } else if (!seal.previousMac.equals(previous.mac)) {
      fault(seal.slot, 'chain_broken', 'it names another predecessor')
    }
    if (!deps.vault.stamp(sealedText(seal)).equals(seal.mac)) {
      fault(seal.slot, 'seal_forged', 'its mac does not fit')
    }
    while (row && row.slot < seal.slot) {
      fault(row.slot, 'rows_misplaced', `entry ${row.id}`)
      row = (await rows.next()).value ?? null
    }
    const hasher = slotHasher()
    while (row && row.slot === seal.slot) {
      hasher.add(row)
      report.rows++
      row = (await rows.next()).value ?? null
    }
    const content = hasher.content()
    if (seal.firstId !== null && seal.firstId < firstKeptId) {
      report.retiredRows += seal.rowCount - content.rowCount
      if (oldest.monthsAgo < keptMonthsMin) {
        fault(seal.slot, 'rows_gone_too_early', `${seal.rowCount - content.rowCount} entries`)
      }
    } else if (!sameContent(content, seal)) {
      const detail = `${seal.rowCount} entries were sealed, ${content.rowCount} are there`
      fault(seal.slot, 'rows_changed', detail)
    }
    previous = seal
    report.head = headOf(seal)
    headFound ||= report.head === expectedHead
  }
  if (!headFound) fault(null, 'head_not_found', `${expectedHead} is not in the chain`)
  await checkEnd(db, end, report, fault)
  return report
}

async function checkEnd(
  db: Core['db'],
  end: number,
  report: AuditReport,
  fault: (slot: number | null, what: AuditFault, detail: string) => void,
): Promise<void> {
  const { rows, oldestSeconds } = await unsealedSince(db, end)
  report.unsealedRows = rows
  const open = await openSlot(db)
  if ((oldestSeconds ?? 0) > unsealedSecondsMax) {
    fault(end + 1, 'unsealed_too_long', `the oldest for ${Math.round(oldestSeconds!)} seconds`)
  } else if (open - 1 - end > rows) {
    // No slot is closed that holds nothing. Only a database that crashed skips some, until the next round.
    fault(end + 1, 'seal_missing', `slots up to ${open - 1} were closed and hold nothing`)
  }
  for await (const row of readRows(db, open + 1))
    fault(row.slot, 'rows_misplaced', `entry ${row.id}`)
}

export const headOf = (seal: Pick<Seal, 'slot' | 'mac'>) =>
  `${seal.slot}:${seal.mac.toString('hex')}`

/** The lowest id of a month `YYYYMM` of the bureau's zone. */
function floorOfMonth(month: string): string {
  const startMs = Date.parse(`${month.slice(0, 4)}-${month.slice(4)}-01T00:00:00+08:00`)
  const head = startMs.toString(16).padStart(12, '0')
  return `${head.slice(0, 8)}-${head.slice(8)}-0000-0000-000000000000`
}
