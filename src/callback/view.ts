import { sql } from 'kysely'
import { writeAudit } from '../foundation/audit.ts'
import { inBusinessZone } from '../foundation/clock.ts'
import { anyOf } from '../foundation/database.ts'
import { AppError } from '../foundation/errors.ts'
import { idSpan, idTime, type Id } from '../foundation/ids.ts'
import { maskPhone } from '../foundation/phone.ts'
import { ratingNames, type Rating } from '../foundation/rating.ts'
import type { Staff } from '../staff/staff.ts'
import type { SentAsk } from '../survey/case-text.ts'
import type { RecordingStore } from '../telephony/recording-store.ts'
import { callScript } from '../template/call-script.ts'
import { inSight, sightOf, whereInSight, type Sight } from '../unit/scope.ts'
import { officersAt, unitAt } from '../unit/at-date.ts'
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
  const [{ callback: policy }, units] = await Promise.all([deps.policy(), deps.units()])
  const callback = await readCallback(deps, id)
  const sight = sightOf(units, staff)
  if (!callback || !inSight(sight, callback.unitCode)) {
    throw new AppError('record.not_found', { what: '该回访任务' })
  }
  if (callback.holderId !== staff.id) {
    await writeAudit(deps, deps.db, entry(staff, 'callback.view', id))
  }
  const { caseId } = callback
  const transaction = await readTransaction(deps, caseId)
  const day = inBusinessZone(transaction.completedAt).toISODate()
  const [unit, officers, survey, replies, attempts, earlier, notes, draft, ask] = await Promise.all(
    [
      unitAt(deps, transaction.unitCode, day),
      transaction.officerCodes.length === 0 ? [] : officersAt(deps, transaction.officerCodes, day),
      readSurvey(deps, caseId),
      readReplies(deps, caseId),
      callback.attempted ? readAttempts(deps, id) : [],
      transaction.phoneHash ? readEarlier(deps, caseId, transaction.phoneHash, sight) : [],
      callback.noted ? readNotes(deps, id) : [],
      callback.drafted ? readDraft(deps, deps.db, staff.id, id) : null,
      deps.sentAsk(caseId),
    ],
  )
  const unitName = unit?.name ?? transaction.unitCode
  const name = transaction.nameSealed && deps.vault.open(transaction.nameSealed, 'name')
  const phoneSealed = callback.otherPhoneSealed ?? transaction.phoneSealed
  const rating = (survey?.firstRating ?? null) as Rating | null
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
        callback.holderId === null
          ? null
          : { id: callback.holderId, name: callback.holderName ?? '' },
      leaseUntil: callback.leaseUntil,
      closeReason: callback.closeReason,
      finding: callback.finding,
      laterRating: callback.laterRating,
      complaintStands: complaintStands(callback.origin, [rating]),
    },
    transaction: {
      externalId: transaction.externalId,
      business: transaction.business,
      category: transaction.category,
      item: transaction.item,
      completedAt: transaction.completedAt,
      unitCode: transaction.unitCode,
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
    sentAt: survey?.sentAt ?? null,
    delivered: ask?.delivered ?? null,
    replies,
    attempts,
    earlier: earlier.map(({ unitCode, ...row }) => ({
      ...row,
      unitName: units.get(unitCode)?.name ?? unitCode,
    })),
    script: await callScript(
      drawnOrigins.includes(callback.origin) ? 'visit' : transaction.business,
      {
        agent: staff.name,
        citizen: name ?? '机主本人',
        completedOn: inBusinessZone(transaction.completedAt).toFormat('M月d日'),
        unit: unitName,
        business: transaction.business === '110' ? '报警求助' : `${transaction.business}业务`,
        item: transaction.item ?? transaction.category ?? transaction.business,
        rating: rating ? ratingNames[rating] : '有意见',
      },
    ),
    notes,
    draft,
    unsettled: unsettled ? { result: unsettled.result, settleAt: unsettled.settleAt! } : null,
    retryAt,
    // Of what was recorded only its own time counts; here nobody has said yet what came of the call.
    lastPossibleRetryAt: Object.values(retryAt).reduce(lastRetryTime, callback.dueAt),
  }
}

const has = (table: string) =>
  sql<boolean>`EXISTS (SELECT FROM ${sql.table(table)} x WHERE x.callback_id = callback.id)`

async function readCallback(deps: ViewDeps, id: Id) {
  const row = await deps.db
    .selectFrom('callback')
    .leftJoin('staff', 'staff.id', 'callback.leaseHolder')
    .select([
      'callback.caseId',
      'callback.origin',
      'callback.state',
      'callback.unitCode',
      'openedAt',
      'dueAt',
      'dueProvisional',
      'notBefore',
      'attempts',
      'leaseHolder as holderId',
      'staff.name as holderName',
      'leaseUntil',
      'closeReason',
      'finding',
      'laterRating',
      'otherPhoneSealed',
    ])
    // Most that are claimed have none of these: then they need not be read.
    .select([
      has('attempt').as('attempted'),
      has('callback_note').as('noted'),
      has('callback_draft').as('drafted'),
    ])
    .where('callback.id', '=', id)
    .executeTakeFirst()
  return row as
    | (typeof row & Pick<CaseView['callback'], 'origin' | 'state' | 'finding' | 'laterRating'>)
    | undefined
}

async function readTransaction(deps: ViewDeps, caseId: Id) {
  return deps.db
    .selectFrom('transaction')
    .select([
      'externalId',
      'business',
      'category',
      'item',
      'completedAt',
      'unitCode',
      'officerCodes',
      'phoneHash',
      'phoneSealed',
      'nameSealed',
    ])
    .where('id', '=', caseId)
    .executeTakeFirstOrThrow()
}

async function readSurvey(deps: ViewDeps, caseId: Id) {
  return deps.db
    .selectFrom('survey')
    .select(['firstRating', 'sentAt'])
    .where('id', '=', caseId)
    .executeTakeFirst()
}

async function readReplies(deps: ViewDeps, caseId: Id): Promise<CaseView['replies']> {
  const { first, last } = idSpan(idTime(caseId), deps.clock.now())
  const rows = await deps.db
    .selectFrom('reply')
    .select([
      'id',
      'receivedAt',
      'kind',
      'rating',
      'reasons',
      'urgent',
      'conflict',
      'confidence',
      'fit',
      'evidence',
    ])
    // Of a long reply in parts, what was read: evidence points into it.
    .select(sql<Buffer>`coalesce(read_sealed, text_sealed)`.as('textSealed'))
    .where('caseId', '=', caseId)
    .where('id', '>=', first)
    .where('id', '<=', last)
    .orderBy('id')
    .execute()
  return rows.map(({ textSealed, fit, evidence, rating, ...reply }) => ({
    ...reply,
    rating: rating as Rating | null,
    late: fit === 'late',
    evidence: evidence as unknown as CaseView['replies'][number]['evidence'],
    text: deps.vault.open(textSealed, 'text'),
  }))
}

async function readAttempts(deps: ViewDeps, callbackId: Id) {
  const rows = await deps.db
    .selectFrom('attempt')
    .innerJoin('staff', 'staff.id', 'attempt.byStaff')
    .select([
      'attempt.id',
      'ordinal',
      'result',
      'at',
      'staff.name as by',
      'rating',
      'finding',
      'reasons',
      'wishSealed',
      'noteSealed',
      'settleAt',
    ])
    .where('callbackId', '=', callbackId)
    .orderBy('ordinal')
    .execute()
  const open = (sealed: Buffer | null) => sealed && deps.vault.open(sealed, 'note')
  return rows.map(({ wishSealed, noteSealed, ...row }) => ({
    ...(row as typeof row & Pick<CaseView['attempts'][number], 'result' | 'rating' | 'finding'>),
    wish: open(wishSealed),
    note: open(noteSealed),
  }))
}

const earlierAtMost = 10

/** Earlier matters of the same number, newest first; those of one's own unit are not shown (law 7). */
async function readEarlier(deps: ViewDeps, caseId: Id, phoneHash: Buffer, sight: Sight) {
  const matters = await deps.db
    .selectFrom('transaction')
    .select(['id', 'externalId', 'business', 'item', 'unitCode', 'completedAt'])
    .where('phoneHash', '=', phoneHash)
    .where('id', '<>', caseId)
    .where(whereInSight('transaction.unit_code', sight))
    .orderBy('id', 'desc')
    .limit(earlierAtMost)
    .execute()
  if (matters.length === 0) return []
  const ids = matters.map(({ id }) => id)
  const [surveys, callbacks] = await Promise.all([
    deps.db
      .selectFrom('survey')
      .select(['id', 'disposition'])
      .where('id', '=', anyOf(ids))
      .execute(),
    deps.db
      .selectFrom('callback')
      .select(['caseId', 'state'])
      .where('caseId', '=', anyOf(ids))
      .orderBy('id')
      .execute(),
  ])
  const results = new Map(surveys.map((row) => [row.id, row.disposition]))
  // Of several callbacks of a case the newest counts.
  const states = new Map(callbacks.map((row) => [row.caseId, row.state]))
  return matters.map(({ id, ...matter }) => ({
    ...matter,
    result: results.get(id) ?? null,
    callbackState: (states.get(id) ?? null) as CaseView['earlier'][number]['callbackState'],
  }))
}

async function readNotes(deps: ViewDeps, callbackId: Id): Promise<CaseView['notes']> {
  const rows = await deps.db
    .selectFrom('callbackNote')
    .innerJoin('staff', 'staff.id', 'callbackNote.byStaff')
    .select(['callbackNote.id', 'kind', 'staff.name as by', 'at', 'textSealed'])
    .where('callbackId', '=', callbackId)
    .orderBy('callbackNote.id')
    .execute()
  return rows.map(({ textSealed, kind, ...row }) => ({
    ...row,
    kind: kind as CaseView['notes'][number]['kind'],
    text: deps.vault.open(textSealed, 'note'),
  }))
}
