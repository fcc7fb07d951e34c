import { writeAudit } from '../foundation/audit.ts'
import type { Core } from '../foundation/core.ts'
import type { Tx } from '../foundation/database.ts'
import { AppError } from '../foundation/errors.ts'
import { lockSlot, plansOf, writePlan, type Slot } from './plan-store.ts'
import type { Share } from './share-rules.ts'
import { usableStates } from './states.ts'
import {
  listVersions,
  lockSlotVersions,
  moveVersion,
  setWeight,
  type VersionRecord,
} from './version-store.ts'
import { wrongState } from './versions.ts'

export interface PlanWanted extends Slot {
  shares: readonly Share[]
  by: string
  why: string
}

const plansKept = 50

/** The plans of a slot, newest first. */
export async function listPlans(deps: Pick<Core, 'db'>, slot: Slot) {
  return plansOf(deps.db, slot, plansKept)
}

/** Versions that share the traffic of a slot, each with its weight. */
export interface SlotShares {
  business: string | null
  shares: (VersionRecord & { weight: number })[]
}

/**
 * Who would share the traffic of a purpose if these plans were in force: for the slots that they name, whatever
 * their state, and what is in use for all others.
 */
export async function sharesOf(
  deps: Pick<Core, 'db'>,
  purpose: Slot['purpose'],
  instead: readonly { business: string | null; shares: readonly Share[] }[],
): Promise<SlotShares[]> {
  const versions = (await listVersions(deps.db)).filter((version) => version.purpose === purpose)
  const businesses = new Set([...versions, ...instead].map(({ business }) => business))
  return [...businesses].map((business) => {
    const own = versions.filter((version) => version.business === business)
    const plan = instead.find((each) => each.business === business)
    if (!plan) return { business, shares: own.filter(({ state }) => state === 'active') }
    const shares = plan.shares.map(({ id, weight }) => {
      const version = own.find((each) => each.id === id)
      if (!version) throw new AppError('record.not_found', { what: '这一用途和业务的模板版本' })
      return { ...version, weight }
    })
    return { business, shares }
  })
}

/** Puts versions in use for a purpose and business, each with its weight; all others there go out of use. Returns the plan's number. */
export async function activatePlan(
  deps: Pick<Core, 'db' | 'newId'>,
  wanted: PlanWanted & {
    /** The plan that was in force when this one was made; null where there was none. */
    expected: number | null
  },
): Promise<number> {
  return deps.db.transaction().execute(async (tx) => {
    await lockSlot(tx, wanted)
    const [inForce] = await plansOf(tx, wanted, 1)
    if ((inForce?.number ?? null) !== wanted.expected) {
      throw new AppError('record.changed', { what: '启用方案' })
    }
    return putInForce(deps, tx, wanted)
  })
}

/** Puts the plan before the one in force in force again, as the next one: what was live a moment ago is live again. */
export async function rollbackPlan(
  deps: Pick<Core, 'db' | 'newId'>,
  wanted: Omit<PlanWanted, 'shares'>,
): Promise<number> {
  return deps.db.transaction().execute(async (tx) => {
    await lockSlot(tx, wanted)
    const [, before] = await plansOf(tx, wanted, 2)
    if (!before) throw new AppError('template.no_way_back')
    const versions = await lockSlotVersions(
      tx,
      wanted,
      before.shares.map(({ id }) => id),
    )
    const usable = before.shares.filter(({ id }) =>
      versions.some((version) => version.id === id && usableStates.includes(version.state)),
    )
    if (usable.length === 0) throw new AppError('template.no_way_back')
    return putInForce(deps, tx, { ...wanted, shares: usable })
  })
}

/** Moves the versions of a slot to what a plan says, and records it. The slot must be locked. */
export async function putInForce(
  deps: Pick<Core, 'newId'>,
  tx: Tx,
  plan: PlanWanted,
): Promise<number> {
  const weightOf = new Map(plan.shares.map(({ id, weight }) => [id, weight]))
  const versions = await lockSlotVersions(tx, plan, [...weightOf.keys()])
  if (versions.filter(({ id }) => weightOf.has(id)).length < weightOf.size) {
    throw new AppError('record.not_found', { what: '这一用途和业务的模板版本' })
  }
  for (const version of versions) await follow(tx, version, weightOf.get(version.id))
  const number = await writePlan(tx, plan)
  await writeAudit(deps, tx, {
    actor: plan.by,
    action: 'template.plan',
    subjectKind: 'template_plan',
    subject: [plan.purpose, plan.business].filter(Boolean).join(':'),
    details: {
      number,
      shares: plan.shares.map(({ id, weight }) => `${id}=${weight}`).join(','),
      why: plan.why,
    },
  })
  return number
}

async function follow(tx: Tx, version: VersionRecord, weight: number | undefined): Promise<void> {
  if (weight === undefined) {
    if (version.state === 'active') await moveVersion(tx, version, 'retired')
  } else if (version.state === 'active') {
    await setWeight(tx, version.id, weight)
  } else if (usableStates.includes(version.state)) {
    await moveVersion(tx, version, 'active', { weight })
  } else throw wrongState(version.state, '启用')
}
