import { raiseAlarm } from '../alarm/alarm.ts'
import { applyBlock, applyRating } from './apply.ts'
import type { Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import { normalisePhone } from '../foundation/phone.ts'
import type { Policy } from '../policy/policy.ts'
import { understand } from '../reply/understand.ts'
import { commonScales } from '../foundation/rating.ts'
import { claimItem, markInbound, readRaw } from '../sms/inbound.ts'
import { parseSmsUp, type SmsUp } from '../sms/push-payload.ts'
import type { SmsDeps } from '../sms/dispatch.ts'
import { otherTextLately } from '../sms/queue.ts'
import { sentText, type CaseTextDeps } from '../survey/case-text.ts'
import { leaveToPerson, surveysToAnswer } from '../survey/answer.ts'
import { effectOf, fitOf, isClearAnswer, replyTime, routeOf } from './rules.ts'
import { insertDuty, insertReply, insertTriage } from './store.ts'

export type EvaluationDeps = SmsDeps & CaseTextDeps

/** Understands the raw pushes of replies among these ids. Each reply is a transaction of its own. */
export async function receiveReplies(deps: EvaluationDeps, ids: readonly Id[]): Promise<void> {
  const hashPhone = (phone: string) => hashOf(deps, phone).toString('hex')
  for (const { id, body, receivedAt } of await readRaw(deps, 'sms_up', ids)) {
    const push = parseSmsUp(body, hashPhone)
    if (push.kind !== 'items') {
      await markInbound(deps.db, id, push.kind)
      continue
    }
    for (const { dedupeKey, value } of push.items) {
      const repliedAt = replyTime(value.sentAt, receivedAt)
      await deps.db
        .transaction()
        .execute((tx) => receiveReply(deps, tx, { inboundId: id, repliedAt, dedupeKey }, value))
    }
    for (const { index, reason } of push.unusable) {
      deps.log.error(
        { inbound: id, index, reason },
        'an item of a push is not usable; it is kept raw',
      )
    }
    await markInbound(deps.db, id, push.unusable.length > 0 ? 'unreadable' : 'understood')
  }
}

// A number that cannot be normalised is still somebody's: it is kept, and found, as it came.
function digitsOf(phone: string): string {
  const normal = normalisePhone(phone)
  return normal.ok ? normal.phone : phone.trim()
}

function hashOf(deps: EvaluationDeps, phone: string): Buffer {
  return deps.vault.hashPhone(digitsOf(phone))
}

async function receiveReply(
  deps: EvaluationDeps,
  tx: Tx,
  item: { inboundId: Id; repliedAt: Date; dedupeKey: string },
  up: SmsUp,
): Promise<void> {
  const { inboundId, repliedAt, dedupeKey } = item
  if (!(await claimItem(tx, inboundId, dedupeKey))) return
  const policy = await deps.policy()
  const phoneHash = hashOf(deps, up.phone)
  const surveys = await surveysToAnswer(deps, tx, phoneHash, { signature: up.signature, repliedAt })
  const survey = surveys.find(({ withinLateWindow }) => withinLateWindow) ?? null
  const template = survey && (await deps.templates.byId(survey.templateVersionId))
  const quotable = survey && (await sentText(deps, tx, survey.id))
  const verdict = understand(up.content, {
    // Without a survey the figures mean nothing; the words still may.
    scale: template?.scale ?? commonScales['1-3'],
    ...(survey ? { business: survey.business } : {}),
    ...(quotable ? { sentText: quotable } : {}),
  })
  const lately =
    survey !== null &&
    (await otherTextLately(tx, phoneHash, survey.id, policy.reply.otherTextWithinHours))
  const fit = fitOf(
    surveys.map((each) => ({ ...each, answered: isAnswered(each.state, each.disposition) })),
    isClearAnswer(verdict, policy.reply.confidenceFloor),
    lately,
  )
  const routing = routeOf(verdict, fit, policy.reply.confidenceFloor)
  const replyId = deps.newId()
  const owned = fit === 'none' ? null : survey
  const changedMind =
    routing.route === 'rating' &&
    owned !== null &&
    effectOf(owned.firstRating, routing.rating).changedMind
  await insertReply(tx, {
    id: replyId,
    inboundId,
    phoneHash,
    phoneSealed: deps.vault.seal(digitsOf(up.phone), 'phone'),
    textSealed: deps.vault.seal(up.content, 'text'),
    destCode: up.destCode.replaceAll('\0', ''),
    sentAt: up.sentAt,
    caseId: owned?.id ?? null,
    fit,
    route: routing.route,
    verdict,
    changedMind,
  })
  if (routing.route === 'rating' && owned) {
    const facts = { late: fit === 'late', origin: 'dissatisfied' as const }
    await applyRating(deps, tx, owned, routing.rating, facts)
  } else if (routing.route === 'opt_out' || verdict.kind === 'wrong_person') {
    const kind = routing.route === 'opt_out' ? 'opt_out' : 'wrong_person'
    await applyBlock(deps, tx, { phoneHash, kind, origin: `reply:${replyId}` }, owned)
  } else if (routing.route === 'triage') {
    if (owned && (fit === 'open' || fit === 'late')) {
      await leaveToPerson(tx, owned.id, fit === 'late')
    }
    await insertTriage(tx, {
      replyId,
      caseId: owned?.id ?? null,
      unitCode: owned?.unitCode ?? null,
      reason: routing.reason,
      dueInHours: triageHours(policy, verdict.urgent),
    })
  }
  if (verdict.urgent) await ring(deps, tx, replyId, owned?.id ?? null)
}

function isAnswered(state: string, disposition: string | null): boolean {
  return state === 'answered' || (state === 'closed' && disposition !== 'no_reply')
}

function triageHours(policy: Policy, urgent: boolean): number {
  return urgent ? 1 : policy.reply.triageDueHours
}

/** Somebody may be in danger: the duty list rings in the same commit that stores the reply. */
async function ring(deps: EvaluationDeps, tx: Tx, replyId: Id, caseId: Id | null): Promise<void> {
  await insertDuty(tx, replyId, caseId)
  await raiseAlarm(deps, tx, {
    kind: 'reply.urgent',
    subject: replyId,
    message: '有群众回复疑似紧急情况，请值班人员立即查看紧急列表',
  })
}
