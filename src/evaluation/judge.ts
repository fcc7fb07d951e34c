import { writeAudit } from '../foundation/audit.ts'
import { AppError } from '../foundation/errors.ts'
import type { Id } from '../foundation/ids.ts'
import type { Rating } from '../foundation/rating.ts'
import type { Tx } from '../foundation/database.ts'
import { casesSettledByCall } from '../callback/open.ts'
import type { Staff } from '../staff/staff.ts'
import type { CaseTextDeps } from '../survey/case-text.ts'
import { lockSurvey, noteDisposition } from '../survey/answer.ts'
import { sightOf, type Sight } from '../unit/scope.ts'
import { Consequences, type CaseInHand } from './consequences.ts'
import { mayChooseCase } from './triage.ts'
import {
  casesOfNumbers,
  decideTriage,
  listTriage,
  noteVerdict,
  type WaitingTriage,
} from './triage-store.ts'

/** What a person made of a reply. `call`: no rating can be had from it, so somebody asks the citizen. */
export type PersonVerdict =
  | { kind: 'rating'; rating: Rating }
  | { kind: 'call' | 'opt_out' | 'wrong_person' | 'no_rating' }

/**
 * A person's verdict on a reply: stored as such, and followed like the reader's own. `caseId` says to which
 * of the number's cases the reply belongs, where that is in doubt. Refuses replies that this person may
 * not see, and those that were decided meanwhile.
 */
export async function judgeReply(
  deps: CaseTextDeps,
  staff: Staff,
  replyId: Id,
  verdict: PersonVerdict & { caseId?: Id | undefined },
): Promise<void> {
  const sight = sightOf(await deps.units(), staff)
  await deps.db.transaction().execute(async (tx) => {
    const [waiting] = await listTriage(tx, sight, { limit: 1, replyId })
    if (!waiting) throw new AppError('record.changed', { what: '人工判读任务' })
    const caseId = await chosenCase(deps, tx, sight, waiting, verdict.caseId)
    // Callback, survey, triage: the order in which replies are taken in locks them too.
    const settled = await casesSettledByCall(tx, caseId === null ? [] : [caseId])
    const survey = caseId === null ? null : await lockSurvey(tx, caseId)
    const rating = verdict.kind === 'rating' ? verdict.rating : null
    const decision = { by: staff.id, sight, caseId, kind: verdict.kind, rating }
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
      const { phoneHash } = waiting
      consequences.block({ phoneHash, kind: verdict.kind, origin: `triage:${replyId}` }, inHand)
    }
    const changedMind =
      inHand !== null && followVerdict(consequences, inHand, verdict, waiting.urgent)
    await noteVerdict(tx, replyId, { caseId, changedMind })
    await consequences.carryOut(deps, tx)
  })
}

async function chosenCase(
  deps: CaseTextDeps,
  tx: Tx,
  sight: Sight,
  waiting: WaitingTriage,
  chosen: Id | undefined,
): Promise<Id | null> {
  if (chosen === undefined || chosen === waiting.caseId) return waiting.caseId
  const cases = mayChooseCase(waiting)
    ? await casesOfNumbers(deps, tx, [waiting.phoneHash], sight)
    : []
  if (cases.some(({ caseId }) => caseId === chosen)) return chosen
  throw new AppError('request.invalid', { field: 'caseId', reason: '不是该号码近期被询问的办件' })
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
