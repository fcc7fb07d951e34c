import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Tx } from '../foundation/database.ts'
import { parseZonedIso } from '../foundation/clock.ts'
import type { Id } from '../foundation/ids.ts'
import { normalisePhone } from '../foundation/phone.ts'
import { planSurveys, type Plan, type PlanDeps, type PlannedTransaction } from '../survey/plan.ts'
import { amendTransaction } from './amend.ts'
import { parseRow, type RowVerdict, type TransactionRow } from './row.ts'
import { claimKeys, insertTransactions, type NewTransaction } from './store.ts'

/**
 * Takes rows of a source in: one verdict a row, in the order given. A bad row never stops the good ones;
 * the good ones are committed together, with everything that follows from them (law 2).
 */
export async function acceptRows(
  deps: PlanDeps,
  source: string,
  inputs: readonly unknown[],
): Promise<RowVerdict[]> {
  const verdicts: RowVerdict[] = []
  // Rows that share a key are taken one after the other, each in a round of its own.
  const rounds: { index: number; row: TransactionRow }[][] = []
  const roundOfKey = new Map<string, number>()
  inputs.forEach((input, index) => {
    const parsed = parseRow(input)
    if (!parsed.ok) {
      verdicts[index] = parsed.verdict
      return
    }
    const round = roundOfKey.get(parsed.row.externalId) ?? 0
    roundOfKey.set(parsed.row.externalId, round + 1)
    ;(rounds[round] ??= []).push({ index, row: parsed.row })
  })
  for (const round of rounds) {
    const results = await acceptDistinct(
      deps,
      source,
      round.map(({ row }) => row),
    )
    round.forEach(({ index }, position) => {
      verdicts[index] = results[position]!
    })
  }
  return verdicts
}

async function acceptDistinct(
  deps: PlanDeps,
  source: string,
  rows: readonly TransactionRow[],
): Promise<RowVerdict[]> {
  const drafts = rows.map((row) => draftOf(deps, source, row))
  return deps.db.transaction().execute(async (tx) => {
    const standing = await claimKeys(tx, drafts)
    const fresh = drafts.filter(({ id }) => !standing.has(id))
    await insertTransactions(tx, fresh)
    const plans = await planSurveys(deps, tx, fresh.map(planned))
    const verdicts: RowVerdict[] = []
    for (const draft of drafts) {
      const known = standing.get(draft.id)
      if (!known) verdicts.push(acceptedVerdict(draft, plans.get(draft.id)!))
      else if (known.contentHash.equals(draft.contentHash)) {
        verdicts.push({
          externalId: draft.externalId,
          verdict: 'duplicate',
          transactionId: known.transactionId,
        })
      } else verdicts.push(await amendTransaction(deps, tx, known.transactionId, draft))
    }
    await markPushed(tx, source)
    return verdicts
  })
}

/** A row made ready for storage: normalised, sealed, with the id it gets if its key is new. */
export interface Draft extends NewTransaction {
  kind: TransactionRow['kind']
  contentHash: Buffer
  number: PlannedTransaction['number']
  business: PlannedTransaction['business']
  /** The row as it came, for the record of an amendment. */
  canonical: string
}

function draftOf(deps: PlanDeps, source: string, row: TransactionRow): Draft {
  const { citizen, completedAt, kind, ...rest } = row
  const phone = normalisePhone(citizen.phone)
  const canonical = JSON.stringify({ ...rest, kind, completedAt, citizen })
  return {
    id: deps.newId(),
    source,
    externalId: row.externalId,
    kind,
    business: row.business,
    category: row.category ?? null,
    unitCode: row.unitCode,
    officerCodes: row.officerCodes,
    phoneHash: phone.ok ? deps.vault.hashPhone(phone.phone) : null,
    phoneSealed: phone.ok ? deps.vault.seal(phone.phone, 'phone') : null,
    nameSealed: citizen.name === undefined ? null : deps.vault.seal(citizen.name, 'name'),
    personHash: citizen.name?.trim() ? deps.vault.hashPerson(citizen.name) : null,
    item: row.item ?? null,
    flags: row.flags,
    completedAt: parseZonedIso(completedAt)!,
    withdrawn: kind === 'cancelled',
    number: phone.ok ? phone.kind : citizen.phone.trim() === '' ? 'missing' : 'invalid',
    contentHash: createHash('sha256').update(canonical).digest(),
    canonical,
  }
}

export function planned(draft: Draft): PlannedTransaction {
  return draft
}

function acceptedVerdict(draft: Draft, plan: Plan): RowVerdict {
  const { externalId, id: transactionId } = draft
  return plan.surveyed
    ? {
        externalId,
        verdict: 'accepted',
        transactionId,
        surveyed: true,
        sendAt: plan.sendAt.toISOString(),
      }
    : { externalId, verdict: 'accepted', transactionId, surveyed: false, reason: plan.reason }
}

async function markPushed(tx: Tx, source: Id): Promise<void> {
  await tx
    .updateTable('source')
    .set({ lastPushedAt: sql<Date>`now()` })
    .where('name', '=', source)
    .execute()
}
