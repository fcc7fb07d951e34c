import { sql } from 'kysely'
import type { Queryable, Tx } from '../foundation/database.ts'
import type { Share } from './share-rules.ts'
import type { TemplatePurpose } from './template.ts'

/** A purpose for one business, or (null) for all that have no text of their own. */
export interface Slot {
  purpose: TemplatePurpose
  business: string | null
}

/** Which versions shared the traffic of a slot from a moment on. */
export interface Plan {
  number: number
  shares: Share[]
  plannedAt: Date
  plannedBy: string
  why: string
}

const columns = ['number', 'shares', 'plannedAt', 'plannedBy', 'why'] as const
const named = (business: string | null) => business ?? ''

/** One change of a slot's traffic at a time. */
export async function lockSlot(tx: Tx, { purpose, business }: Slot): Promise<void> {
  const name = `huifang.template:${purpose}:${named(business)}`
  await sql`SELECT pg_advisory_xact_lock(hashtext(${name}))`.execute(tx)
}

/** The plans of a slot, newest first. */
export async function plansOf(
  tx: Queryable,
  { purpose, business }: Slot,
  limit: number,
): Promise<Plan[]> {
  const rows = await tx
    .selectFrom('templatePlan')
    .select(columns)
    .where('purpose', '=', purpose)
    .where('business', '=', named(business))
    .orderBy('number', 'desc')
    .limit(limit)
    .execute()
  return rows as unknown as Plan[]
}

/** Records the next plan of a slot; returns its number. */
export async function writePlan(
  tx: Tx,
  plan: Slot & { shares: readonly Share[]; by: string; why: string },
): Promise<number> {
  const business = named(plan.business)
  const { number } = await tx
    .insertInto('templatePlan')
    .values({
      purpose: plan.purpose,
      business,
      number: sql<number>`(SELECT coalesce(max(number), 0) + 1 FROM template_plan
        WHERE purpose = ${plan.purpose} AND business = ${business})`,
      shares: JSON.stringify(plan.shares),
      plannedBy: plan.by,
      why: plan.why,
    })
    .returning('number')
    .executeTakeFirstOrThrow()
  return number
}
