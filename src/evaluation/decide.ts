import { writeAudit } from '../foundation/audit.ts'
import { AppError } from '../foundation/errors.ts'
import type { Id } from '../foundation/ids.ts'
import type { Rating } from '../foundation/rating.ts'
import { openCallback } from '../callback/open.ts'
import { clearAlarm } from '../alarm/alarm.ts'
import { recordOutcomes } from '../scoring/outcome.ts'
import type { Staff } from '../staff/staff.ts'
import { concernedUnits } from '../unit/scope.ts'
import type { CaseTextDeps } from '../survey/case-text.ts'
import { noteResult, readSurvey } from '../survey/answer.ts'
import { applyBlock, applyRating } from './apply.ts'
import { decideTriage, listTriage, phoneOfReply, takeDuty } from './store.ts'

/** What a person made of a reply. `call`: no rating can be had from it, so somebody asks the citizen. */
export type PersonVerdict =
  | { kind: 'rating'; rating: Rating }
  | { kind: 'call' | 'opt_out' | 'wrong_person' | 'no_rating' }

/** Waiting replies that this person may judge, nearest deadline first, with the citizen's words. */
export async function waitingTriage(deps: CaseTextDeps, staff: Staff, limit: number) {
  const forbidden = concernedUnits(await deps.units(), staff.unitCode)
  const rows = await listTriage(deps.db, forbidden, limit)
  return rows.map(({ textSealed, ...row }) => ({
    ...row,
    text: deps.vault.open(textSealed, 'text'),
  }))
}

/** A person's verdict on a reply: stored as such, and followed like the reader's own. */
export async function judgeReply(
  deps: CaseTextDeps,
  staff: Staff,
  replyId: Id,
  verdict: PersonVerdict,
): Promise<void> {
  const forbidden = concernedUnits(await deps.units(), staff.unitCode)
  await deps.db.transaction().execute(async (tx) => {
    const rating = verdict.kind === 'rating' ? verdict.rating : null
    const decided = await decideTriage(tx, replyId, { by: staff.id, kind: verdict.kind, rating })
    if (!decided) throw new AppError('record.changed', { what: '人工判读任务' })
    if (decided.unitCode !== null && forbidden.includes(decided.unitCode)) {
      throw new AppError('callback.own_unit')
    }
    await writeAudit(deps, tx, {
      actor: `staff:${staff.id}`,
      action: 'triage.decide',
      subjectKind: 'reply',
      subject: replyId,
      details: { kind: verdict.kind, rating },
    })
    const survey = decided.caseId === null ? null : await readSurvey(tx, decided.caseId)
    if (verdict.kind === 'opt_out' || verdict.kind === 'wrong_person') {
      const phoneHash = await phoneOfReply(tx, replyId)
      if (phoneHash) {
        await applyBlock(
          deps,
          tx,
          { phoneHash, kind: verdict.kind, origin: `triage:${replyId}` },
          survey,
        )
      }
    }
    if (!survey) return
    if (verdict.kind === 'rating') {
      await applyRating(deps, tx, survey, verdict.rating, { late: false, origin: 'dissatisfied' })
      return
    }
    if (verdict.kind === 'call') {
      const { id: caseId, unitCode } = survey
      await openCallback(deps, tx, { caseId, unitCode, origin: 'conflict' })
    }
    if (survey.firstRating !== null) await recordOutcomes(deps, tx, [survey.id])
    else {
      const disposition = { call: 'to_be_called', opt_out: 'opted_out' } as const
      const kind = verdict.kind as keyof typeof disposition
      await noteResult(deps, tx, survey.id, disposition[kind] ?? verdict.kind)
    }
  })
}

/** Takes an urgent reply: the list stops ringing for the others. */
export async function takeUrgent(deps: CaseTextDeps, staff: Staff, replyId: Id): Promise<void> {
  await deps.db.transaction().execute(async (tx) => {
    if (!(await takeDuty(tx, replyId, staff.id))) {
      throw new AppError('record.changed', { what: '紧急回复' })
    }
    await clearAlarm(tx, 'reply.urgent', replyId)
    await writeAudit(deps, tx, {
      actor: `staff:${staff.id}`,
      action: 'duty.take',
      subjectKind: 'reply',
      subject: replyId,
    })
  })
}
