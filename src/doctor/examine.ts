import { writeAudit } from '../foundation/audit.ts'
import { dateAt } from '../foundation/clock.ts'
import { idFloor } from '../foundation/ids.ts'
import { callbackChecks } from './checks/callbacks.ts'
import { caseChecks } from './checks/cases.ts'
import { outcomeChecks } from './checks/outcomes.ts'
import { replyChecks } from './checks/replies.ts'
import { storageChecks } from './checks/storage.ts'
import { surroundingChecks } from './checks/surroundings.ts'
import { textChecks } from './checks/texts.ts'
import type { Check, DoctorDeps, Found, Scope } from './check.ts'

export const checks: readonly Check[] = [
  ...surroundingChecks,
  ...storageChecks,
  ...caseChecks,
  ...textChecks,
  ...replyChecks,
  ...callbackChecks,
  ...outcomeChecks,
]

export interface Examination {
  /** How far back to look; `all` reads the whole history, and takes its time. Open work is seldom older than the usual 40. */
  days?: number | 'all'
  /** Due work counts as forgotten after this; half an hour when left out. */
  overdueSeconds?: number
}

export interface Finding extends Pick<Check, 'name' | 'law' | 'meaning' | 'remedy'>, Found {
  mendable: boolean
}

/**
 * Looks for everything that a law says cannot be. Empty when all is well. Reads only; each check is one
 * statement and so sees one moment, whatever goes on meanwhile.
 */
export async function examine(deps: DoctorDeps, examination: Examination = {}): Promise<Finding[]> {
  const scope = await scopeOf(deps, examination)
  const findings: Finding[] = []
  for (const check of checks) {
    const result = await check.find(deps, scope)
    if (result.count === 0) continue
    const { name, law, meaning, remedy } = check
    findings.push({ name, law, meaning, remedy, mendable: check.mend !== undefined, ...result })
  }
  return findings
}

/** Mends what may safely be mended of these findings, on record; returns how many rows by check. */
export async function mend(
  deps: DoctorDeps,
  findings: readonly Finding[],
  by: string,
  examination: Examination = {},
): Promise<Record<string, number>> {
  const scope = await scopeOf(deps, examination)
  const names = new Set(findings.map(({ name }) => name))
  const mended: Record<string, number> = {}
  for (const check of checks) {
    if (!check.mend || !names.has(check.name)) continue
    mended[check.name] = await deps.db.transaction().execute(async (tx) => {
      const rows = await check.mend!(deps, tx, scope)
      await writeAudit(deps, tx, {
        actor: by,
        action: 'doctor.mend',
        subjectKind: 'check',
        subject: check.name,
        details: { rows },
      })
      return rows
    })
  }
  return mended
}

const usualDays = 40
const usualOverdueSeconds = 30 * 60
const dayMs = 24 * 3600 * 1000

async function scopeOf(
  deps: DoctorDeps,
  { days = usualDays, overdueSeconds = usualOverdueSeconds }: Examination,
): Promise<Scope> {
  const sinceMs = days === 'all' ? 0 : deps.clock.nowMs() - days * dayMs
  return {
    since: idFloor(dateAt(sinceMs)),
    around: idFloor(dateAt(Math.max(sinceMs - dayMs, 0))),
    overdueSeconds,
    policy: await deps.policy(),
  }
}
