import { writeAudit } from '../foundation/audit.ts'
import type { Core } from '../foundation/core.ts'
import type { Tx } from '../foundation/database.ts'
import { AppError } from '../foundation/errors.ts'
import type { Id } from '../foundation/ids.ts'
import type { Rating } from '../foundation/rating.ts'
import type { Policy } from '../policy/policy.ts'
import type { ReplyReason } from '../reply/verdict.ts'
import { recordOutcomes } from '../scoring/outcome.ts'
import type { Staff } from '../staff/staff.ts'
import { noteResult, readSurvey } from '../survey/answer.ts'
import type { Unit } from '../unit/unit.ts'
import {
  afterAttempt,
  concernedUnits,
  needsSecondPerson,
  type AttemptResult,
  type Finding,
} from './rules.ts'
import {
  claimNext,
  decideReview,
  extendLease,
  insertAttempt,
  insertReview,
  lockHeld,
  lockReview,
  markEnded,
  markTalking,
  markWaiting,
  type Callback,
} from './store.ts'

export interface CallbackDeps extends Core {
  policy: () => Promise<Policy>
  units: () => Promise<Map<string, Unit>>
  /** Texts to the citizen that follow the end of a callback. */
  textCitizen: (tx: Tx, caseId: Id, purpose: 'unreachable' | 'closing') => Promise<void>
}

/** Gives this person the next callback that they may work on. */
export async function claim(deps: CallbackDeps, staff: Staff): Promise<Callback> {
  const [policy, units] = await Promise.all([deps.policy(), deps.units()])
  const callback = await claimNext(deps, {
    staffId: staff.id,
    forbiddenUnits: concernedUnits(units, staff.unitCode),
    leaseSeconds: policy.callback.leaseSeconds,
  })
  if (!callback) throw new AppError('callback.none_waiting')
  await writeAudit(deps, deps.db, entry(staff, 'callback.claim', callback.id))
  return callback
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
}

/** The whole number of the citizen, for the person who must dial it, and on record. Begins the call. */
export async function revealNumber(deps: CallbackDeps, staff: Staff, id: Id): Promise<string> {
  const { callback: policy } = await deps.policy()
  return withHeld(deps, staff, id, async (tx, callback) => {
    const row = await tx
      .selectFrom('transaction')
      .select('phoneSealed')
      .where('id', '=', callback.caseId)
      .executeTakeFirst()
    if (!row?.phoneSealed) throw new AppError('record.not_found', { what: '号码' })
    await markTalking(tx, id, policy.leaseSeconds)
    await writeAudit(deps, tx, entry(staff, 'phone.reveal', id))
    return deps.vault.open(row.phoneSealed, 'phone')
  })
}

export interface AttemptReport {
  result: AttemptResult
  rating: Rating | null
  finding: Finding | null
  reasons: ReplyReason[]
  note: string | null
  /** With `call_later`: when the citizen asked to be called. */
  callAgainAt: Date | null
}

/** Records one try and what follows from it. */
export async function recordAttempt(
  deps: CallbackDeps,
  staff: Staff,
  id: Id,
  report: AttemptReport,
): Promise<{ state: Callback['state']; notBefore: Date | null; awaitsReview: boolean }> {
  const { callback: policy } = await deps.policy()
  return withHeld(deps, staff, id, async (tx, callback) => {
    const ordinal = callback.attempts + 1
    await insertAttempt(tx, {
      id: deps.newId(),
      callbackId: id,
      ordinal,
      byStaff: staff.id,
      result: report.result,
      rating: report.rating,
      finding: report.finding,
      reasons: report.reasons,
      noteSealed: report.note === null ? null : deps.vault.seal(report.note, 'note'),
    })
    await writeAudit(
      deps,
      tx,
      entry(staff, 'callback.attempt', id, { result: report.result, ordinal }),
    )
    const now = deps.clock.now()
    const next = afterAttempt(report.result, ordinal, policy, now, report.callAgainAt)
    if (next.state === 'waiting') {
      await markWaiting(tx, id, { notBefore: next.notBefore, countAttempt: true })
      return { state: 'waiting', notBefore: next.notBefore, awaitsReview: false }
    }
    const awaitsReview = await end(deps, tx, staff, callback, next, report)
    return { state: next.state, notBefore: null, awaitsReview }
  })
}

async function end(
  deps: CallbackDeps,
  tx: Tx,
  staff: Staff,
  callback: Callback,
  next: { state: 'resolved' | 'unreachable' | 'cancelled'; reason: string | null },
  report: AttemptReport,
): Promise<boolean> {
  const { id, caseId } = callback
  const original = (await readSurvey(tx, caseId))?.firstRating ?? null
  const awaitsReview = needsSecondPerson(original, report.rating, report.finding)
  await markEnded(tx, id, {
    ...next,
    finding: awaitsReview ? null : report.finding,
    laterRating: awaitsReview ? null : report.rating,
  })
  if (awaitsReview) {
    await insertReview(tx, {
      callbackId: id,
      proposedRating: report.rating,
      proposedFinding: report.finding ?? 'not_upheld',
      proposedBy: staff.id,
    })
  }
  if (next.state === 'unreachable') await deps.textCitizen(tx, caseId, 'unreachable')
  await noteResult(deps, tx, caseId, `callback_${next.state}`)
  return awaitsReview
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
    if (concernedUnits(units, staff.unitCode).includes(pending.unitCode)) {
      throw new AppError('callback.own_unit')
    }
    await decideReview(tx, pending, { approve, by: staff.id })
    await writeAudit(deps, tx, entry(staff, 'rating.review', callbackId, { approve }))
    await recordOutcomes(deps, tx, [pending.caseId])
  })
}

async function withHeld<T>(
  deps: CallbackDeps,
  staff: Staff,
  id: Id,
  act: (tx: Tx, callback: Callback) => Promise<T>,
): Promise<T> {
  return deps.db.transaction().execute(async (tx) => {
    const callback = await lockHeld(tx, id, staff.id)
    if (!callback) throw new AppError('callback.lease_lost')
    return act(tx, callback)
  })
}

function entry(
  staff: Staff,
  action: string,
  subject: Id,
  details: Record<string, string | number | boolean> = {},
) {
  return { actor: `staff:${staff.id}`, action, subjectKind: 'callback', subject, details }
}
