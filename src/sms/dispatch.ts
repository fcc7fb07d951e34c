import { stopwatch } from '../foundation/clock.ts'
import type { Core } from '../foundation/core.ts'
import type { Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import type { Policy } from '../policy/policy.ts'
import type { Purpose, Templates } from '../template/template.ts'
import { contactBlock } from './contact-block.ts'
import type { Batch, SendResult, SmsGateway } from './gateway.ts'
import type { MessageOwner } from './owner.ts'
import type { Pace } from './pace.ts'
import { pauseSending } from './pause.ts'
import { afterRefusal } from './rules.ts'
import {
  lockQueued,
  markAccepted,
  markDropped,
  markRejected,
  markRequeued,
  markSubmitting,
  markUnknown,
  type Attempt,
  type Message,
} from './store.ts'

export interface SmsDeps extends Core {
  gateway: SmsGateway
  pace: Pace
  templates: Templates
  policy: () => Promise<Policy>
  ownerOf: (purpose: Purpose) => MessageOwner
}

interface Submission {
  batch: Batch
  messages: Message[]
  templateVersionId: string
  signature: string
}

/**
 * Sends the queued texts among these ids. The intent is committed before the call (law 4); whatever
 * stops this process between the two leaves `submitting` rows, which reconcile settles.
 */
export async function dispatch(deps: SmsDeps, ids: readonly Id[]): Promise<void> {
  await deps.pace.turn(() => dispatchNow(deps, ids))
}

async function dispatchNow(deps: SmsDeps, ids: readonly Id[]): Promise<void> {
  const policy = await deps.policy()
  await deps.gateway.ready()
  // Also the commit may take long, or this process hear of it late: the database counts from the beginning.
  const sinceIntentMs = stopwatch()
  const submissions = await deps.db.transaction().execute((tx) => intend(deps, tx, policy, ids))
  while (submissions.length > 0) {
    // Soon they would count as left behind by a crash. These have surely not gone out.
    if (sinceIntentMs() > (policy.sms.submittingStuckSeconds * 1000) / 2) {
      await deps.db.transaction().execute((tx) => putBack(deps, tx, submissions))
      return
    }
    const submission = submissions.shift()!
    const result = await deps.pace.call(() => deps.gateway.send(submission.batch), showsTrouble)
    if (concernsOneText(result) && submission.messages.length > 1) {
      // The provider takes a batch whole or not at all: one bad text must not cost the others theirs.
      submissions.unshift(...halves(submission))
      continue
    }
    await deps.db.transaction().execute((tx) => settle(deps, tx, policy, submission, result))
  }
}

async function putBack(deps: SmsDeps, tx: Tx, unsent: readonly Submission[]): Promise<void> {
  const later = { reason: 'not_reached', afterSeconds: 0, countsAsTry: false }
  for (const submission of unsent) {
    const rows = await markRequeued(tx, attemptOf(submission), later)
    await tellOwners(deps, rows, (owner, cases) => owner.requeued(tx, cases))
  }
}

const attemptOf = ({ messages, batch }: Submission): Attempt => ({
  ids: messages.map(({ id }) => id),
  outId: batch.outId,
})

/** The provider is slow, away or flooded: fewer calls at once are better for both. */
function showsTrouble(result: SendResult): boolean {
  return (
    result.outcome === 'unknown' ||
    (result.outcome === 'rejected' &&
      result.refusal.class === 'flow' &&
      result.refusal.scope === 'account')
  )
}

function concernsOneText(result: SendResult): boolean {
  return (
    result.outcome === 'rejected' &&
    (result.refusal.scope === 'text' || result.refusal.scope === 'number')
  )
}

function halves(submission: Submission): Submission[] {
  const middle = Math.ceil(submission.messages.length / 2)
  const part = (start: number, end?: number): Submission => ({
    ...submission,
    messages: submission.messages.slice(start, end),
    batch: { ...submission.batch, texts: submission.batch.texts.slice(start, end) },
  })
  return [part(0, middle), part(middle)]
}

async function intend(
  deps: SmsDeps,
  tx: Tx,
  policy: Policy,
  ids: readonly Id[],
): Promise<Submission[]> {
  const locked = await lockQueued(tx, ids, policy.survey.sendingWindow)
  const drops = locked.flatMap((message) =>
    message.blockedBy === null ? [] : [{ ...message, reason: message.blockedBy }],
  )
  const allowed = locked.filter(({ blockedBy }) => blockedBy === null)
  const wanted: Message[] = []
  for (const [purpose, messages] of Map.groupBy(allowed, (each) => each.purpose)) {
    const cases = await deps.ownerOf(purpose).submitting(
      tx,
      messages.map(({ caseId }) => caseId),
    )
    for (const message of messages) {
      if (cases.has(message.caseId)) wanted.push(message)
      else drops.push({ ...message, blockedBy: null, reason: 'not_wanted' })
    }
  }
  await drop(deps, tx, drops)
  return formBatches(deps, tx, policy, wanted)
}

/** Takes texts out of the queue for good, and tells those on whose behalf they were there. */
export async function drop(
  deps: Pick<SmsDeps, 'ownerOf'>,
  tx: Tx,
  drops: readonly { id: Id; caseId: Id; purpose: Purpose; reason: string }[],
): Promise<void> {
  for (const [reason, dropped] of Map.groupBy(drops, (each) => each.reason)) {
    await markDropped(
      tx,
      dropped.map(({ id }) => id),
      reason,
    )
  }
  for (const [purpose, dropped] of Map.groupBy(drops, (each) => each.purpose)) {
    await deps.ownerOf(purpose).failed(tx, dropped)
  }
}

/** Texts of one template, each number once, since a receipt names only batch and number. */
async function formBatches(
  deps: SmsDeps,
  tx: Tx,
  policy: Policy,
  messages: readonly Message[],
): Promise<Submission[]> {
  const submissions: Submission[] = []
  for (const [templateVersionId, group] of Map.groupBy(
    messages,
    (each) => each.templateVersionId,
  )) {
    const template = await deps.templates.byId(templateVersionId)
    if (!template) throw new Error('a message without its template')
    for (const part of splitByNumber(group)) {
      const outId = deps.newId()
      const ids = part.map(({ id }) => id)
      await markSubmitting(tx, { ids, outId }, policy.sms.submittingStuckSeconds)
      submissions.push({
        messages: part,
        templateVersionId,
        signature: template.signature,
        batch: {
          outId,
          templateCode: template.providerCode,
          texts: part.map((message) => ({
            messageId: message.id,
            phone: deps.vault.open(message.phoneSealed, 'phone'),
            signature: template.signature,
            templateParams: message.params,
          })),
        },
      })
    }
  }
  return submissions
}

function splitByNumber(messages: readonly Message[]): Message[][] {
  const parts: { numbers: Set<string>; messages: Message[] }[] = []
  for (const message of messages) {
    const number = message.phoneHash.toString('hex')
    const part = parts.find(({ numbers }) => !numbers.has(number) && numbers.size < 100)
    if (part) {
      part.numbers.add(number)
      part.messages.push(message)
    } else parts.push({ numbers: new Set([number]), messages: [message] })
  }
  return parts.map((part) => part.messages)
}

async function settle(
  deps: SmsDeps,
  tx: Tx,
  policy: Policy,
  submission: Submission,
  result: SendResult,
): Promise<void> {
  const attempt = attemptOf(submission)
  if (result.outcome === 'accepted') {
    const facts = { bizId: result.bizId, receiptMissingSeconds: policy.sms.receiptMissingSeconds }
    await tellOwners(deps, await markAccepted(tx, attempt, facts), (owner, cases) =>
      owner.accepted(tx, cases),
    )
    return
  }
  if (result.outcome === 'unknown') {
    deps.log.warn(
      { cause: result.cause, code: result.code, texts: attempt.ids.length },
      'outcome unknown',
    )
    const { unknownFirstLookSeconds } = policy.sms
    const rows = await markUnknown(tx, attempt, result.cause, unknownFirstLookSeconds)
    await tellOwners(deps, rows, (owner, cases) => owner.unknown(tx, cases))
    return
  }
  const { refusal } = result
  const tries = Math.max(...submission.messages.map((message) => message.tries + 1))
  const next = afterRefusal(refusal, tries, policy.sms, deps.clock.now())
  deps.log.warn(
    { code: refusal.code, class: refusal.class, next: next.do, texts: attempt.ids.length },
    'refused',
  )
  if (next.pause) {
    await pauseSending(deps, tx, {
      refusal,
      templateVersionId: submission.templateVersionId,
      signature: submission.signature,
      ...(next.pause.forSeconds === undefined ? {} : { forSeconds: next.pause.forSeconds }),
    })
  }
  if (refusal.class === 'block') {
    for (const { phoneHash } of submission.messages) {
      await contactBlock(tx, { phoneHash, kind: 'provider_block', origin: refusal.code })
    }
  }
  if (next.do === 'requeue') {
    const rows = await markRequeued(tx, attempt, { ...next, reason: refusal.code })
    await tellOwners(deps, rows, (owner, cases) => owner.requeued(tx, cases))
  } else {
    const rows = await markRejected(tx, attempt, refusal.code)
    await tellOwners(deps, rows, (owner, cases) =>
      owner.failed(
        tx,
        cases.map((caseId) => ({ caseId, reason: refusal.code })),
      ),
    )
  }
}

async function tellOwners(
  deps: Pick<SmsDeps, 'ownerOf'>,
  rows: readonly { caseId: Id; purpose: Purpose }[],
  tell: (owner: MessageOwner, caseIds: Id[]) => Promise<void>,
): Promise<void> {
  for (const [purpose, group] of Map.groupBy(rows, (row) => row.purpose)) {
    await tell(
      deps.ownerOf(purpose),
      group.map(({ caseId }) => caseId),
    )
  }
}
