import { casesSettledByCall } from '../callback/open.ts'
import type { Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import { commonScales, isDissatisfied } from '../foundation/rating.ts'
import type { Policy } from '../policy/policy.ts'
import type { Reader } from '../reply/understand.ts'
import type { Verdict } from '../reply/verdict.ts'
import type { SmsDeps } from '../sms/dispatch.ts'
import { claimItems } from '../sms/inbound.ts'
import type { SmsUp } from '../sms/push-payload.ts'
import { otherTextLately } from '../sms/queue.ts'
import {
  leaveToPerson,
  lockAnswerable,
  noteAnswer,
  surveysOfNumbers,
  type AnswerableSurvey,
} from '../survey/answer.ts'
import type { CaseTextDeps } from '../survey/case-text.ts'
import { Consequences, type CaseInHand } from './consequences.ts'
import { partsOfReply, type Part } from './parts.ts'
import { fitOf, isAnswered, isClearAnswer, routeOf, type Fit, type Routing } from './rules.ts'
import { latestReplies, type EarlierReply } from './store.ts'

export type EvaluationDeps = SmsDeps &
  CaseTextDeps & {
    /** The reader with the words in force. */
    reader: () => Promise<Reader>
  }

/** A reply as it was pushed, with its number made ready for storage. */
export interface IncomingReply {
  inboundId: Id
  dedupeKey: string
  /** Digits only where it can be normalised. */
  phone: string
  phoneHash: Buffer
  /** See `replyTime`. */
  repliedAt: Date
  up: SmsUp
}

/**
 * Takes replies in, in one transaction: those taken in before are left out, the others are read in the
 * order in which they were sent, and what follows from all of them is written in a few statements.
 * Locks are taken in one order (callbacks, texts, surveys by age), so that two at once wait and never tie up.
 */
export async function takeIn(
  deps: EvaluationDeps,
  tx: Tx,
  incoming: readonly IncomingReply[],
): Promise<void> {
  const fresh = await claimItems(tx, incoming)
  if (fresh.length === 0) return
  const known = await lookUp(deps, tx, fresh)
  const consequences = new Consequences()
  for (const reply of fresh.sort(asSent)) followReply(deps, known, reply, consequences)
  await consequences.carryOut(deps, tx)
}

function asSent(a: IncomingReply, b: IncomingReply): number {
  const [earlier, later] = [a.up.sentAt, b.up.sentAt]
  return earlier && later ? earlier.getTime() - later.getTime() : 0
}

/** All that must be known of the numbers of a batch, by the number's hash in hex. */
interface Known {
  policy: Policy
  reader: Reader
  surveys: Map<string, AnswerableSurvey[]>
  scales: Map<string, AnswerScale>
  settledByCall: Set<Id>
  otherTextLately: Set<string>
  /** Grows as the batch is followed. */
  earlier: Map<Id, EarlierReply[]>
}
type AnswerScale = Parameters<Reader['understand']>[1]['scale']

async function lookUp(
  deps: EvaluationDeps,
  tx: Tx,
  replies: readonly IncomingReply[],
): Promise<Known> {
  const [policy, reader] = await Promise.all([deps.policy(), deps.reader()])
  const byNumber = new Map(replies.map(({ phoneHash }) => [phoneHash.toString('hex'), phoneHash]))
  const hashes = [...byNumber.values()]
  const asked = await surveysOfNumbers(tx, hashes)
  const settledByCall = await casesSettledByCall(
    tx,
    asked.map(({ id }) => id),
  )
  const surveys = await lockAnswerable(deps, tx, hashes, asked)
  const all = [...surveys].flatMap(([number, list]) =>
    list.map((survey) => ({ survey, phoneHash: byNumber.get(number)! })),
  )
  const scales = new Map<string, AnswerScale>()
  for (const { survey } of all) {
    const template = await deps.templates.byId(survey.templateVersionId)
    if (template?.scale) scales.set(survey.templateVersionId, template.scale)
  }
  const { otherTextWithinHours } = policy.reply
  return {
    policy,
    reader,
    surveys,
    scales,
    settledByCall,
    otherTextLately: await otherTextLately(
      deps,
      tx,
      all.map(({ survey, phoneHash }) => ({ phoneHash, caseId: survey.id })),
      otherTextWithinHours,
    ),
    earlier: await latestReplies(
      deps,
      tx,
      all.map(({ survey }) => survey.id),
    ),
  }
}

function followReply(
  deps: EvaluationDeps,
  known: Known,
  reply: IncomingReply,
  consequences: Consequences,
): void {
  const { policy } = known
  const number = reply.phoneHash.toString('hex')
  const surveys = (known.surveys.get(number) ?? [])
    .filter(({ signature }) => reply.up.signature === null || signature === reply.up.signature)
    .map((each) => ({ survey: each, ...standingAt(each, reply.repliedAt) }))
  const survey = surveys.find(({ withinLateWindow }) => withinLateWindow)?.survey ?? null
  const id = deps.newId()
  const { up } = reply
  const part: Part = {
    id,
    text: up.content,
    sentAt: up.sentAt,
    receivedAt: reply.repliedAt,
    sequenceId: up.sequenceId,
  }
  const reading = readWhole(deps, known, survey, part)
  const { verdict } = reading
  const fit =
    reading.begunBy?.fit ??
    fitOf(
      surveys,
      isClearAnswer(verdict, policy.reply.confidenceFloor),
      known.otherTextLately.has(number),
    )
  const routing = routeOf(verdict, fit, policy.reply.confidenceFloor)
  const owned = fit === 'none' ? null : survey
  const inHand = owned && {
    survey: owned,
    settledByCall: known.settledByCall.has(owned.id),
  }
  const changedMind = follow(consequences, inHand, { id, reply, fit, routing, reading })
  if (routing.route === 'triage') {
    consequences.triages.push({
      replyId: id,
      caseId: owned?.id ?? null,
      unitCode: owned?.unitCode ?? null,
      phoneHash: reply.phoneHash,
      sureOfCase: fit !== 'none' && fit !== 'ambiguous',
      reason: routing.reason,
      dueInHours: verdict.urgent ? 1 : policy.reply.triageDueHours,
    })
  }
  if (verdict.urgent) consequences.ringing.push({ replyId: id, caseId: owned?.id ?? null })
  const continues = reading.begunBy?.id ?? null
  consequences.replies.push({
    id,
    inboundId: reply.inboundId,
    phoneHash: reply.phoneHash,
    phoneSealed: deps.vault.seal(reply.phone, 'phone'),
    textSealed: deps.vault.seal(up.content, 'text'),
    readSealed: continues === null ? null : deps.vault.seal(reading.text, 'text'),
    destCode: up.destCode,
    sequenceId: up.sequenceId,
    sentAt: up.sentAt,
    caseId: owned?.id ?? null,
    continues,
    fit,
    route: routing.route,
    verdict,
    changedMind,
  })
  if (!owned) return
  const earlier = known.earlier.get(owned.id) ?? []
  known.earlier.set(owned.id, [
    ...earlier,
    { ...part, fit, urgent: verdict.urgent, decidedByPerson: false },
  ])
}

/** How a survey stood when the citizen replied, whenever we read it. */
function standingAt({ state, disposition, expiresAt, lateUntil }: AnswerableSurvey, at: Date) {
  return {
    answered: isAnswered(state, disposition),
    withinReplyWindow: expiresAt === null || at < expiresAt,
    withinLateWindow: lateUntil === null || at < lateUntil,
  }
}

interface WholeReading {
  text: string
  verdict: Verdict
  /** The part that came first, where this reply goes on with a long one. */
  begunBy: EarlierReply | null
  earlierParts: EarlierReply[]
}

/**
 * Reads a reply together with the parts of a long one that came before it; on its own, where joining
 * would hide that this part alone is clearly dissatisfied. Danger in one part is danger in the whole.
 */
function readWhole(
  deps: EvaluationDeps,
  known: Known,
  survey: AnswerableSurvey | null,
  part: Part,
): WholeReading {
  const read = (text: string): Verdict => understandSafely(deps, known, survey, text)
  const earlier = survey ? (known.earlier.get(survey.id) ?? []) : []
  const parts = partsOfReply(earlier, part, known.policy.reply.partsWithinSeconds)
  const alone = { text: part.text, begunBy: null, earlierParts: [] }
  if (parts.length === 1) return { ...alone, verdict: read(part.text) }
  const text = parts.map((each) => each.text).join('')
  const verdict = read(text)
  const floor = known.policy.reply.confidenceFloor
  if (!isClearAnswer(verdict, floor)) {
    const own = read(part.text)
    if (isClearAnswer(own, floor) && isDissatisfied(own.rating)) return { ...alone, verdict: own }
  }
  const earlierParts = earlier.filter(({ id }) => parts.some((each) => each.id === id))
  verdict.urgent ||= earlierParts.some(({ urgent }) => urgent)
  return { text, verdict, begunBy: earlierParts[0]!, earlierParts }
}

/** The reader's verdict. A reply at which the reader itself fails is not lost: a person reads it. */
function understandSafely(
  deps: EvaluationDeps,
  known: Known,
  survey: AnswerableSurvey | null,
  text: string,
): Verdict {
  try {
    return known.reader.understand(text, {
      // Without a survey the figures mean nothing; the words still may.
      scale: (survey && known.scales.get(survey.templateVersionId)) ?? commonScales['1-3'],
      ...(survey ? { business: survey.business } : {}),
      ...(survey?.sentText ? { sentText: survey.sentText } : {}),
    })
  } catch {
    // The error is not logged: it may hold the citizen's words.
    deps.log.error('the reader failed at a reply; a person reads it')
    const nothing = { rating: null, reasons: [], urgent: false, conflict: false, confidence: 0 }
    return { kind: 'unclear', ...nothing, evidence: [] }
  }
}

/** Carries a reply into its case; returns whether the citizen changed their mind. */
function follow(
  consequences: Consequences,
  inHand: CaseInHand | null,
  facts: {
    id: Id
    reply: IncomingReply
    fit: Fit
    routing: Routing
    reading: WholeReading
  },
): boolean {
  const { fit, routing, reading } = facts
  const { verdict, begunBy, earlierParts } = reading
  consequences.joined.push(...earlierParts.map(({ id }) => id))
  if (verdict.kind === 'opt_out' || verdict.kind === 'wrong_person') {
    const { phoneHash } = facts.reply
    consequences.block({ phoneHash, kind: verdict.kind, origin: `reply:${facts.id}` }, inHand)
  }
  if (!inHand) return false
  const late = fit === 'late'
  // A later part belongs to the reply that counts, unless a person has decided on an earlier part.
  const samePiece =
    begunBy !== null &&
    (begunBy.fit === 'open' || begunBy.fit === 'late') &&
    !earlierParts.some(({ decidedByPerson }) => decidedByPerson)
  if (routing.route === 'rating') {
    const { rating } = routing
    return consequences.rate(inHand, rating, { late, origin: 'dissatisfied', samePiece })
      .changedMind
  }
  if (routing.route === 'triage') {
    const { survey, settledByCall } = inHand
    const unanswered = (fit === 'open' || fit === 'late') && begunBy === null
    // What the first part said is not what the whole says: nothing counts until a person has read it.
    const doubtful = samePiece && !isDissatisfied(survey.firstRating)
    if (settledByCall) noteAnswer(survey, late)
    else if (unanswered || doubtful) leaveToPerson(survey, late)
    consequences.touch(inHand)
  }
  return false
}
