import { writeAudit } from '../foundation/audit.ts'
import type { Tx } from '../foundation/database.ts'
import { AppError } from '../foundation/errors.ts'
import type { Id } from '../foundation/ids.ts'
import type { Staff } from '../staff/staff.ts'
import { noteResult, readSurvey } from '../survey/answer.ts'
import { inSight, sightOf } from '../unit/scope.ts'
import {
  deleteAttempt,
  insertAttempt,
  lockCallback,
  lockSettling,
  lockUndoable,
  markSettled,
  resumeWork,
  settlingAttempts,
  type UnsettledAttempt,
} from './attempt-store.ts'
import { dropDrafts } from './draft.ts'
import {
  afterAttempt,
  complaintStands,
  lastRetryTime,
  needsSecondPerson,
  retryTime,
} from './rules.ts'
import type { AttemptAnswer, AttemptReport } from './schema/attempt.ts'
import { insertReview } from './review-store.ts'
import { holdUnsettled, markEnded, markWaiting, type Callback } from './store.ts'
import { entry, withHeld, type CallbackDeps } from './work.ts'

/**
 * Records one try. What follows from it (the end of the callback, texts to the citizen, the outcome, the
 * next try) waits for the policy's `undoSeconds`: the row proves the work, and `settleAttempts` does it.
 */
export async function recordAttempt(
  deps: CallbackDeps,
  staff: Staff,
  id: Id,
  report: AttemptReport,
): Promise<AttemptAnswer> {
  const answer = await withHeld(deps, staff, id, (tx, callback) =>
    recordIn(deps, tx, staff.id, callback, report),
  )
  // Whoever has the result has no call any more.
  await deps.telephony.hangUp(id)
  return answer
}

/** The same within a transaction that holds the callback. */
export async function recordIn(
  deps: CallbackDeps,
  tx: Tx,
  staffId: Id,
  callback: Callback,
  report: AttemptReport,
): Promise<AttemptAnswer> {
  const { callback: policy } = await deps.policy()
  const { id } = callback
  const now = deps.clock.now()
  const ordinal = callback.attempts + 1
  const retry = retryTime(report.result, policy, now)
  if (report.callAgainAt !== null && report.result !== 'call_later') {
    refuseRetryOutside(report.callAgainAt, now, lastRetryTime(retry, callback.dueAt))
  }
  const survey = await readSurvey(tx, callback.caseId)
  const firstRating = survey?.firstRating ?? null
  if (
    report.result === 'reached' &&
    report.finding === null &&
    complaintStands(callback.origin, [firstRating, report.rating])
  ) {
    throw new AppError('request.invalid', { field: 'finding', reason: '接通后必须填写核实结论' })
  }
  const next = afterAttempt(report.result, ordinal, policy, now, report.callAgainAt)
  const attempt = {
    id: deps.newId(),
    callbackId: id,
    result: report.result,
    byStaff: staffId,
    rating: report.rating,
    finding: report.finding,
    next,
  }
  const seal = (text: string | null) => (text ? deps.vault.seal(text, 'note') : null)
  const settleAt = await insertAttempt(
    tx,
    {
      ...attempt,
      ordinal,
      reasons: report.reasons,
      wishSealed: seal(report.wish),
      noteSealed: seal(report.note),
    },
    policy.undoSeconds,
  )
  await writeAudit(
    deps,
    tx,
    entry({ id: staffId }, 'callback.attempt', id, { result: report.result, ordinal }),
  )
  await deps.telephony.attach(tx, id, attempt.id)
  const awaitsReview =
    next.state !== 'waiting' && needsSecondPerson(firstRating, report.rating, report.finding)
  if (policy.undoSeconds > 0) await holdUnsettled(tx, id)
  else await settle(deps, tx, attempt, callback)
  return {
    state: next.state,
    notBefore: next.state === 'waiting' ? next.notBefore : null,
    awaitsReview,
    settleAt: policy.undoSeconds > 0 ? settleAt : null,
  }
}

function refuseRetryOutside(wanted: Date, now: Date, latest: Date): void {
  const reason =
    wanted <= now
      ? '下次拨打时间必须晚于现在'
      : wanted > latest
        ? '下次拨打时间不得晚于办理期限'
        : null
  if (reason) throw new AppError('request.invalid', { field: 'callAgainAt', reason })
}

/** Takes back what was recorded within the last moments: nothing of it has reached anybody. */
export async function undoAttempt(deps: CallbackDeps, staff: Staff, id: Id): Promise<void> {
  const [{ callback: policy }, units] = await Promise.all([deps.policy(), deps.units()])
  await deps.db.transaction().execute(async (tx) => {
    const attempt = await lockUndoable(tx, id, staff.id)
    if (!attempt) throw new AppError('callback.undo_over')
    const { unitCode } = await lockCallback(tx, id)
    if (!inSight(sightOf(units, staff), unitCode)) throw new AppError('callback.undo_over')
    await deps.telephony.detach(tx, attempt.id)
    await deleteAttempt(tx, attempt.id)
    await resumeWork(tx, id, policy.leaseSeconds)
    await writeAudit(deps, tx, entry(staff, 'callback.undo', id, { result: attempt.result }))
  })
}

const settledAtOnce = 50

/**
 * Draws the consequences of recorded tries whose time to be undone is over, each in a transaction of its
 * own, so that one that fails keeps no other. Returns whether more may wait.
 */
export async function settleAttempts(deps: CallbackDeps): Promise<boolean> {
  const ids = await settlingAttempts(deps, settledAtOnce)
  let settled = 0
  for (const attemptId of ids) {
    try {
      await deps.db.transaction().execute(async (tx) => {
        const attempt = await lockSettling(tx, attemptId)
        if (attempt) await settle(deps, tx, attempt, await lockCallback(tx, attempt.callbackId))
      })
      settled++
    } catch (error) {
      deps.log.error({ err: error, attempt: attemptId }, 'a recorded call could not be settled')
    }
  }
  return settled === settledAtOnce
}

async function settle(
  deps: CallbackDeps,
  tx: Tx,
  attempt: UnsettledAttempt,
  { id, caseId }: Callback,
): Promise<void> {
  await markSettled(tx, attempt.id)
  await dropDrafts(tx, id)
  const { next, rating, finding } = attempt
  if (next.state === 'waiting') {
    await markWaiting(tx, id, { notBefore: next.notBefore, countAttempt: true })
    return
  }
  const survey = await readSurvey(tx, caseId)
  const awaitsReview = needsSecondPerson(survey?.firstRating ?? null, rating, finding)
  await markEnded(tx, id, {
    ...next,
    finding: awaitsReview ? null : finding,
    laterRating: awaitsReview ? null : rating,
  })
  if (awaitsReview) {
    await insertReview(tx, {
      callbackId: id,
      proposedRating: rating,
      proposedFinding: finding,
      proposedBy: attempt.byStaff,
    })
  }
  await noteResult(deps, tx, caseId, `callback_${next.state}`)
  if (next.state === 'unreachable') await deps.textCitizen(tx, caseId, 'unreachable')
}
