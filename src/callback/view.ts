import { writeAudit } from '../foundation/audit.ts'
import { inBusinessZone } from '../foundation/clock.ts'
import { AppError } from '../foundation/errors.ts'
import type { Id } from '../foundation/ids.ts'
import { maskPhone } from '../foundation/phone.ts'
import { ratingNames } from '../foundation/rating.ts'
import type { Staff } from '../staff/staff.ts'
import type { SentAsk } from '../survey/case-text.ts'
import type { RecordingStore } from '../telephony/recording-store.ts'
import { callScript } from '../template/call-script.ts'
import { inSight, sightOf } from '../unit/scope.ts'
import { officersAt, unitAt } from '../unit/at-date.ts'
import {
  readAttempts,
  readCallback,
  readEarlier,
  readMatter,
  readNotes,
  readReplies,
  type ShownCallback,
} from './case-store.ts'
import { readDraft } from './draft.ts'
import { complaintStands, drawnOrigins, lastRetryTime, retryTime } from './rules.ts'
import type { CaseView } from './schema/case.ts'
import { entry, type CallbackDeps } from './work.ts'

export interface ViewDeps extends CallbackDeps {
  /** The text by which the citizen was asked. */
  sentAsk: (caseId: Id) => Promise<SentAsk | null>
  recordings: RecordingStore
}

/**
 * What the desk shows of a callback: the number masked, the citizen's words in full. Nobody of the unit
 * concerned sees it (law 7); that somebody who does not work on it looked at it is on record.
 */
export async function viewCallback(deps: ViewDeps, staff: Staff, id: Id): Promise<CaseView> {
  const callback = await readCallback(deps.db, id)
  if (!callback || !inSight(sightOf(await deps.units(), staff), callback.unitCode)) {
    throw new AppError('record.not_found', { what: '该回访任务' })
  }
  if (callback.leaseHolder !== staff.id) {
    await writeAudit(deps, deps.db, entry(staff, 'callback.view', id))
  }
  return showCase(deps, staff, callback)
}

/** The same of a callback that this person may see, and was read already. */
export async function showCase(
  deps: ViewDeps,
  staff: Staff,
  callback: ShownCallback,
): Promise<CaseView> {
  const { id, caseId } = callback
  const [{ callback: policy }, units, matter, replies, ask] = await Promise.all([
    deps.policy(),
    deps.units(),
    readMatter(deps.db, caseId),
    readReplies(deps, caseId),
    deps.sentAsk(caseId),
  ])
  const day = inBusinessZone(matter.completedAt).toISODate()
  const sight = sightOf(units, staff)
  const [unit, officers, attempts, earlier, notes, draft] = await Promise.all([
    unitAt(deps, matter.unitCode, day),
    matter.officerCodes.length === 0 ? [] : officersAt(deps, matter.officerCodes, day),
    callback.attempted ? readAttempts(deps, id) : [],
    matter.phoneHash ? readEarlier(deps, caseId, matter.phoneHash, sight) : [],
    callback.noted ? readNotes(deps, id) : [],
    callback.drafted ? readDraft(deps, deps.db, staff.id, id) : null,
  ])
  const unitName = unit?.name ?? matter.unitCode
  const name = matter.nameSealed && deps.vault.open(matter.nameSealed, 'name')
  const phoneSealed = callback.otherPhoneSealed ?? matter.phoneSealed
  const rating = matter.firstRating
  const now = deps.clock.now()
  const retryAt = {
    busy: retryTime('busy', policy, now),
    no_answer: retryTime('no_answer', policy, now),
    off: retryTime('off', policy, now),
    hung_up: retryTime('hung_up', policy, now),
  }
  const unsettled = attempts.find(({ settleAt }) => settleAt !== null)
  return {
    callback: {
      id,
      caseId,
      origin: callback.origin,
      state: callback.state,
      openedAt: callback.openedAt,
      dueAt: callback.dueAt,
      dueProvisional: callback.dueProvisional,
      notBefore: callback.notBefore,
      attempts: callback.attempts,
      attemptLimit: policy.attemptLimit,
      holder:
        callback.leaseHolder === null
          ? null
          : { id: callback.leaseHolder, name: callback.holderName ?? '' },
      leaseUntil: callback.leaseUntil,
      closeReason: callback.closeReason,
      finding: callback.finding,
      laterRating: callback.laterRating,
      complaintStands: complaintStands(callback.origin, [rating]),
    },
    transaction: {
      externalId: matter.externalId,
      business: matter.business,
      category: matter.category,
      item: matter.item,
      completedAt: matter.completedAt,
      unitCode: matter.unitCode,
      unitName,
      headName: unit?.headName ?? null,
      officers,
    },
    citizen: {
      name,
      phone: phoneSealed && maskPhone(deps.vault.open(phoneSealed, 'phone')),
      otherNumber: callback.otherPhoneSealed !== null,
    },
    rating,
    sentText: ask?.text ?? null,
    sentAt: matter.sentAt,
    delivered: ask?.delivered ?? null,
    replies,
    attempts,
    earlier: earlier.map(({ unitCode, ...row }) => ({
      ...row,
      unitName: units.get(unitCode)?.name ?? unitCode,
    })),
    script: await callScript(drawnOrigins.includes(callback.origin) ? 'visit' : matter.business, {
      agent: staff.name,
      citizen: name ?? '机主本人',
      completedOn: inBusinessZone(matter.completedAt).toFormat('M月d日'),
      unit: unitName,
      business: matter.business === '110' ? '报警求助' : `${matter.business}业务`,
      item: matter.item ?? matter.category ?? matter.business,
      rating: rating ? ratingNames[rating] : '有意见',
    }),
    notes,
    draft,
    unsettled: unsettled ? { result: unsettled.result, settleAt: unsettled.settleAt! } : null,
    retryAt,
    // Of what was recorded only its own time counts; here nobody has said yet what came of the call.
    lastPossibleRetryAt: Object.values(retryAt).reduce(lastRetryTime, callback.dueAt),
  }
}
