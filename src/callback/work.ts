import { auditOf, writeAudit } from '../foundation/audit.ts'
import type { Core } from '../foundation/core.ts'
import type { Queryable, Tx } from '../foundation/database.ts'
import { AppError } from '../foundation/errors.ts'
import type { Id } from '../foundation/ids.ts'
import type { Policy } from '../policy/policy.ts'
import { recordOutcomes } from '../scoring/outcome.ts'
import type { Staff } from '../staff/staff.ts'
import type { Telephony } from '../telephony/telephony.ts'
import { inSight, sightOf } from '../unit/scope.ts'
import type { Unit } from '../unit/unit.ts'
import type { ShownCallback } from './case-store.ts'
import {
  claimedRow,
  claimNext,
  claimOne,
  extendLease,
  lockHeld,
  type Claim,
} from './lease-store.ts'
import { decideReview, lockReview } from './review-store.ts'
import { markTalking, markWaiting, type Callback } from './store.ts'

export interface CallbackDeps extends Core {
  telephony: Telephony
  policy: () => Promise<Policy>
  units: () => Promise<Map<string, Unit>>
  /** Texts to the citizen that follow the end of a callback. */
  textCitizen: (tx: Tx, caseId: Id, purpose: 'unreachable' | 'closing') => Promise<void>
}

/** Gives this person the next callback that they may work on. */
export async function claim(deps: CallbackDeps, staff: Staff): Promise<ShownCallback> {
  const callback = await claimNext(deps.db, await claimBy(deps, staff))
  if (!callback) throw new AppError('callback.none_waiting')
  return callback
}

/** Gives this person one callback that they chose from the queue, also before its time. */
export async function claimThis(deps: CallbackDeps, staff: Staff, id: Id): Promise<ShownCallback> {
  const callback = await claimOne(deps.db, id, await claimBy(deps, staff))
  if (!callback) throw new AppError('record.changed', { what: '该回访任务' })
  return callback
}

async function claimBy(deps: CallbackDeps, staff: Staff): Promise<Claim> {
  const [policy, units] = await Promise.all([deps.policy(), deps.units()])
  return {
    staffId: staff.id,
    sight: sightOf(units, staff),
    leaseSeconds: policy.callback.leaseSeconds,
    audit: auditOf(deps, claimedRow, entry(staff, 'callback.claim', '')),
  }
}

/** Keeps the lease of somebody who is still at it; returns until when. */
export async function renew(deps: CallbackDeps, staff: Staff, id: Id): Promise<Date> {
  const { callback } = await deps.policy()
  return withHeld(deps, staff, id, (tx) => extendLease(tx, id, callback.leaseSeconds))
}

/** Gives a callback back without a try. */
export async function release(deps: CallbackDeps, staff: Staff, id: Id): Promise<void> {
  await withHeld(deps, staff, id, async (tx) => {
    await markWaiting(tx, id, { countAttempt: false })
    await writeAudit(deps, tx, entry(staff, 'callback.release', id))
  })
  await deps.telephony.hangUp(id)
}

/** The whole number of the citizen, for the person who must dial it by hand, and on record. */
export async function showNumber(
  deps: CallbackDeps,
  staff: Staff,
  id: Id,
): Promise<{ phone: string }> {
  const { callback: policy } = await deps.policy()
  return withHeld(deps, staff, id, async (tx, callback) => {
    const phone = await phoneToCall(deps, tx, callback)
    if (phone === null) throw new AppError('record.not_found', { what: '号码' })
    await markTalking(tx, id, policy.leaseSeconds)
    await writeAudit(deps, tx, entry(staff, 'phone.reveal', id))
    return { phone }
  })
}

/** The number by which a citizen is called: one that was found out, or the case's own. Null once it is erased, and where there was none. */
export async function phoneToCall(
  deps: Pick<Core, 'vault'>,
  db: Queryable,
  { id, caseId }: { id: Id; caseId: Id },
): Promise<string | null> {
  const row = await db
    .selectFrom('transaction')
    .select((eb) => [
      'phoneSealed',
      eb.selectFrom('callback').select('otherPhoneSealed').where('id', '=', id).as('otherSealed'),
    ])
    .where('id', '=', caseId)
    .executeTakeFirst()
  const sealed = row?.otherSealed ?? row?.phoneSealed
  return (sealed && deps.vault.open(sealed, 'phone')) || null
}

/** A second person agrees, or not, that a rating is raised or was a mistake (law 7). */
export async function review(
  deps: CallbackDeps,
  staff: Staff,
  callbackId: Id,
  approve: boolean,
): Promise<void> {
  const units = await deps.units()
  await deps.db.transaction().execute(async (tx) => {
    const pending = await lockReview(tx, callbackId)
    if (!pending) throw new AppError('record.not_found', { what: '待复核的评价' })
    if (pending.state !== 'waiting') throw new AppError('record.changed', { what: '复核' })
    if (pending.proposedBy === staff.id) throw new AppError('callback.second_person')
    if (!inSight(sightOf(units, staff), pending.unitCode)) {
      throw new AppError('callback.own_unit')
    }
    await decideReview(tx, pending, { approve, by: staff.id })
    await writeAudit(deps, tx, entry(staff, 'rating.review', callbackId, { approve }))
    await recordOutcomes(deps, tx, [pending.caseId])
  })
}

/** Acts on a callback whose lease this person holds at this moment, locked; refuses when it is lost. */
export async function withHeld<T>(
  deps: CallbackDeps,
  staff: Staff,
  id: Id,
  act: (tx: Tx, callback: Callback) => Promise<T>,
): Promise<T> {
  const sight = sightOf(await deps.units(), staff)
  return deps.db.transaction().execute(async (tx) => {
    const callback = await lockHeld(tx, id, staff.id, sight)
    if (!callback) throw new AppError('callback.lease_lost')
    return act(tx, callback)
  })
}

/** What a person did to a callback, for the audit. */
export function entry(
  staff: Pick<Staff, 'id'>,
  action: string,
  subject: Id,
  details: Record<string, string | number | boolean | null> = {},
) {
  return { actor: `staff:${staff.id}`, action, subjectKind: 'callback', subject, details }
}
