import { writeAudit } from '../foundation/audit.ts'
import type { Tx } from '../foundation/database.ts'
import { AppError } from '../foundation/errors.ts'
import type { Id } from '../foundation/ids.ts'
import type { Business } from '../policy/businesses.ts'
import type { Staff } from '../staff/staff.ts'
import type { CallResult } from '../telephony/results.ts'
import type { RecordingStore } from '../telephony/recording-store.ts'
import { viewOf, type CallView } from '../telephony/schema.ts'
import { callsOf, type Call } from '../telephony/calls-of.ts'
import { inSight, sightOf } from '../unit/scope.ts'
import { recordIn } from './attempt.ts'
import { lockHeld } from './lease-store.ts'
import type { AttemptResult } from './rules.ts'
import { attemptBody } from './schema/attempt.ts'
import { markTalking } from './store.ts'
import { entry, withHeld, type CallbackDeps } from './work.ts'

/**
 * Has the exchange call the citizen of a callback that this person holds: the own phone rings first. What keeps that
 * from working is told before anything rings.
 */
export async function dial(deps: CallbackDeps, staff: Staff, id: Id): Promise<{ callId: Id }> {
  await deps.telephony.holdReady(staff.id)
  const { callback: policy } = await deps.policy()
  const callId = await withHeld(deps, staff, id, async (tx, callback) => {
    await markTalking(tx, id, policy.leaseSeconds)
    const { caseId, unitCode, origin } = callback
    const { business } = await tx
      .selectFrom('transaction')
      .select('business')
      .where('id', '=', caseId)
      .executeTakeFirstOrThrow()
    const made = await deps.telephony.request(tx, {
      callbackId: id,
      caseId,
      unitCode,
      business: business as Business,
      staffId: staff.id,
      urgent: origin === 'urgent',
    })
    await writeAudit(deps, tx, entry(staff, 'call.request', id, { call: made }))
    return made
  })
  await deps.telephony.begin(callId)
  return { callId }
}

/** Ends the call of a callback: whoever made it may, and the supervisors of its case. */
export async function hangUp(deps: CallbackDeps, staff: Staff, id: Id): Promise<void> {
  const [call] = await callsInSight(deps, staff, id)
  if (!call || call.state === 'ended') throw new AppError('record.not_found', { what: '通话' })
  if (call.staffId !== staff.id && staff.role !== 'supervisor') throw new AppError('auth.forbidden')
  await deps.telephony.hangUp(id)
}

/** Begins to record: the agent has asked, and the citizen agreed. */
export async function recordCalled(deps: CallbackDeps, staff: Staff, id: Id): Promise<void> {
  const [call] = await callsInSight(deps, staff, id)
  if (call?.state !== 'talking' || call.recordingMode !== 'ask' || call.staffId !== staff.id) {
    throw new AppError('record.not_found', { what: '可以录音的通话' })
  }
  await writeAudit(deps, deps.db, entry(staff, 'recording.consent', id, { call: call.id }))
  await deps.telephony.record(id)
}

/** The sound of a recorded call, for who made it and the supervisors of its case; each listening is on record. */
export async function listen(
  deps: CallbackDeps & { recordings: RecordingStore },
  staff: Staff,
  id: Id,
  callId: Id,
): Promise<Buffer> {
  const call = (await callsInSight(deps, staff, id)).find((each) => each.id === callId)
  if (call?.recording !== 'stored') throw new AppError('record.not_found', { what: '录音' })
  if (call.staffId !== staff.id && staff.role !== 'supervisor') throw new AppError('auth.forbidden')
  await writeAudit(deps, deps.db, entry(staff, 'recording.listen', id, { call: callId }))
  const wav = await deps.recordings.get(callId)
  if (!wav) throw new AppError('record.not_found', { what: '录音' })
  return wav
}

/** The calls of a callback, the latest first; none of a case that this person may not see (law 7). */
export async function viewCalls(deps: CallbackDeps, staff: Staff, id: Id): Promise<CallView[]> {
  return (await callsInSight(deps, staff, id)).map(viewOf)
}

async function callsInSight(deps: CallbackDeps, staff: Staff, id: Id): Promise<Call[]> {
  const sight = sightOf(await deps.units(), staff)
  return (await callsOf(deps.db, id)).filter(({ unitCode }) => inSight(sight, unitCode))
}

/** What a call is as a recorded try; null where nobody but a person can say, or the citizen's phone was not reached. */
const asAttempt: Record<CallResult, AttemptResult | null> = {
  answered: null,
  busy: 'busy',
  no_answer: 'no_answer',
  rejected: 'hung_up',
  invalid_number: 'wrong_number',
  unreachable: 'off',
  failed: null,
  agent_no_answer: null,
  agent_busy: null,
  agent_rejected: null,
  agent_cancelled: null,
  unknown: null,
}

/**
 * Writes down by itself what came of a call that nobody answered, as if the agent had, who may undo it for a moment as
 * ever. Whoever has recorded a result already, or has lost the callback, has had the last word.
 */
export async function recordCall(deps: CallbackDeps, tx: Tx, call: Call): Promise<void> {
  const result = call.result && asAttempt[call.result]
  if (!result) return
  const callback = await lockHeld(tx, call.callbackId, call.staffId, null)
  if (callback?.state !== 'talking') return
  await recordIn(deps, tx, call.staffId, callback, attemptBody.parse({ result }))
}
