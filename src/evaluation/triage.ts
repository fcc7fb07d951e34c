import { writeAudit } from '../foundation/audit.ts'
import { AppError } from '../foundation/errors.ts'
import type { Id } from '../foundation/ids.ts'
import type { Rating } from '../foundation/rating.ts'
import { casesSettledByCall } from '../callback/open.ts'
import { concernedUnits } from '../unit/scope.ts'
import type { Staff } from '../staff/staff.ts'
import type { CaseTextDeps } from '../survey/case-text.ts'
import { lockSurvey, noteDisposition } from '../survey/answer.ts'
import { Consequences, type CaseInHand } from './consequences.ts'
import { decideTriage, listTriage, noteChangedMind, readTriage } from './triage-store.ts'

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
  const forbiddenUnits = concernedUnits(await deps.units(), staff.unitCode)
  await deps.db.transaction().execute(async (tx) => {
    const about = await readTriage(tx, replyId, forbiddenUnits)
    if (!about) throw new AppError('record.not_found', { what: '人工判读任务' })
    const { caseId, phoneHash, urgent } = about
    // Callback, survey, triage: the order in which replies are taken in locks them too.
    const settled = await casesSettledByCall(tx, caseId === null ? [] : [caseId])
    const survey = caseId === null ? null : await lockSurvey(tx, caseId)
    const rating = verdict.kind === 'rating' ? verdict.rating : null
    const decision = { by: staff.id, forbiddenUnits, kind: verdict.kind, rating }
    if (!(await decideTriage(tx, replyId, decision))) {
      throw new AppError('record.changed', { what: '人工判读任务' })
    }
    await writeAudit(deps, tx, {
      actor: `staff:${staff.id}`,
      action: 'triage.decide',
      subjectKind: 'reply',
      subject: replyId,
      details: { kind: verdict.kind, rating },
    })
    const consequences = new Consequences()
    const inHand = survey && { survey, settledByCall: settled.has(survey.id) }
    if (verdict.kind === 'opt_out' || verdict.kind === 'wrong_person') {
      consequences.block({ phoneHash, kind: verdict.kind, origin: `triage:${replyId}` }, inHand)
    }
    if (inHand && followVerdict(consequences, inHand, verdict, urgent)) {
      await noteChangedMind(tx, replyId)
    }
    await consequences.carryOut(deps, tx)
  })
}

/** Returns whether the citizen changed their mind. */
function followVerdict(
  consequences: Consequences,
  inHand: CaseInHand,
  verdict: PersonVerdict,
  urgent: boolean,
): boolean {
  const { survey, settledByCall } = inHand
  if (verdict.kind === 'rating') {
    const late = survey.state === 'expired' || survey.late
    const facts = { late, origin: 'dissatisfied' as const, samePiece: false }
    return consequences.rate(inHand, verdict.rating, facts).changedMind
  }
  if (verdict.kind === 'call') consequences.call(inHand, urgent ? 'urgent' : 'conflict')
  // What a rating or a call has settled stays.
  if (survey.firstRating === null && !settledByCall) {
    const names = { call: 'to_be_called', opt_out: 'opted_out' } as const
    const kind = verdict.kind as keyof typeof names
    noteDisposition(survey, names[kind] ?? verdict.kind)
  }
  consequences.touch(inHand)
  return false
}
