import { sql } from 'kysely'
import { businessDay, dateAt } from '../foundation/clock.ts'
import { anyOf, nowPlus, type Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import type { Policy } from '../policy/policy.ts'
import type { Purpose } from '../template/template.ts'
import type { SmsDeps } from './dispatch.ts'
import type { SendDetail } from './gateway.ts'
import { parseProviderTime } from './provider-time.ts'
import { markAccepted, markRejected, markRequeued, markUnknown, type Attempt } from './store.ts'

interface Unsettled {
  id: Id
  caseId: Id
  purpose: Purpose
  state: string
  outId: Id
  phoneSealed: Buffer
  submittedAt: Date
  delivery: string | null
  emptyQueries: number
  firstEmptyAt: Date | null
  reason: string | null
}

/**
 * Finds out what became of texts: asks the provider about each, one number and day a call. A text is
 * *shown not to be there* when the answer was empty twice, far enough apart, for every day it may be
 * filed under; only then is it given up, or sent again where the policy says so (law 4).
 */
export async function reconcile(deps: SmsDeps, ids: readonly Id[]): Promise<void> {
  const policy = await deps.policy()
  await leaveBehind(deps, policy, ids)
  const unsettled = (await deps.db
    .selectFrom('message')
    .select([
      'id',
      'caseId',
      'purpose',
      'state',
      'outId',
      'phoneSealed',
      'submittedAt',
      'delivery',
      'emptyQueries',
      'firstEmptyAt',
      'reason',
    ])
    .where('id', '=', anyOf(ids))
    .where('lookAt', 'is not', null)
    .where('outId', 'is not', null)
    .where((eb) =>
      eb.or([
        eb('state', '=', 'unknown'),
        eb.and([eb('state', '=', 'accepted'), eb('delivery', 'is', null)]),
      ]),
    )
    .execute()) as unknown as Unsettled[]
  for (const message of unsettled) await ask(deps, policy, message)
}

/** A process died between its commit and the answer: nobody knows whether the provider has the text. */
async function leaveBehind(deps: SmsDeps, policy: Policy, ids: readonly Id[]): Promise<void> {
  await deps.db.transaction().execute(async (tx) => {
    const stuck = await tx
      .selectFrom('message')
      .select(['id', 'outId'])
      .where('id', '=', anyOf(ids))
      .where('state', '=', 'submitting')
      .where('submittedAt', '<=', nowPlus(-policy.sms.submittingStuckSeconds))
      .forUpdate()
      .skipLocked()
      .execute()
    for (const { id, outId } of stuck) {
      const rows = await markUnknown(tx, { ids: [id], outId: outId! }, 'left_behind', 0)
      for (const { caseId, purpose } of rows) await deps.ownerOf(purpose).unknown(tx, [caseId])
    }
  })
}

async function ask(deps: SmsDeps, policy: Policy, message: Unsettled): Promise<void> {
  const phone = deps.vault.open(message.phoneSealed, 'phone')
  const found: SendDetail[] = []
  for (const day of daysToAsk(message.submittedAt)) {
    const answer = await deps.gateway.query(phone, day)
    if (answer.outcome === 'failed') {
      deps.log.warn({ code: answer.code }, 'query failed; it is repeated')
      return
    }
    found.push(...answer.details.filter(({ outId }) => outId === message.outId))
  }
  const detail = found[0]
  await deps.db.transaction().execute(async (tx) => {
    if (detail) await learn(deps, tx, policy, message, detail)
    else await noteEmpty(deps, tx, policy, message)
  })
}

// Clocks differ by minutes, and the last part of a batch that is halved again and again leaves late.
const earlierMs = 15 * 60 * 1000
const laterMs = 60 * 60 * 1000

/** The provider files by its own day in UTC+8: around midnight a text may stand under either. */
export function daysToAsk(submittedAt: Date): string[] {
  const days = [-earlierMs, laterMs].map((slack) =>
    businessDay(dateAt(submittedAt.getTime() + slack)),
  )
  return [...new Set(days)]
}

async function learn(
  deps: SmsDeps,
  tx: Tx,
  policy: Policy,
  message: Unsettled,
  detail: SendDetail,
): Promise<void> {
  const rows = await markAccepted(tx, attemptOf(message), {
    bizId: null,
    receiptMissingSeconds: policy.sms.receiptMissingSeconds,
  })
  for (const { caseId, purpose } of rows) await deps.ownerOf(purpose).accepted(tx, [caseId])
  if (detail.status === 'waiting') return lookAgain(tx, policy, message)
  await tx
    .updateTable('message')
    .set({
      delivery: detail.status === 'delivered' ? 'delivered' : 'undelivered',
      deliveryCode: detail.errorCode,
      deliveredAt: parseProviderTime(detail.receivedAtLocal ?? '') ?? sql<Date>`now()`,
      lookAt: null,
    })
    .where('id', '=', message.id)
    .where('delivery', 'is', null)
    .execute()
}

async function noteEmpty(deps: SmsDeps, tx: Tx, policy: Policy, message: Unsettled): Promise<void> {
  // Accepted, and yet not filed: a receipt may still come; asked again, never sent again.
  if (message.state !== 'unknown') return lookAgain(tx, policy, message)
  // What the provider has forgotten proves nothing: given up, and never sent again.
  if (ageDays(deps, message) > providerRemembersDays) {
    return giveUp(deps, tx, message, 'outcome_lost')
  }
  const apart = policy.sms.unknownEmptyApartSeconds
  const { shown } = (await tx
    .updateTable('message')
    .set((eb) => ({
      emptyQueries: eb('emptyQueries', '+', 1),
      firstEmptyAt: eb.fn.coalesce('firstEmptyAt', sql<Date>`now()`),
      lookAt: nowPlus(apart),
    }))
    .where('id', '=', message.id)
    .where('outId', '=', message.outId)
    .where('state', '=', 'unknown')
    .returning(
      sql<boolean>`empty_queries >= 2 AND first_empty_at <= now() - make_interval(secs => ${apart})`.as(
        'shown',
      ),
    )
    .executeTakeFirst()) ?? { shown: false }
  if (!shown) return
  if (policy.sms.resendWhenShownNotToHaveIt) {
    const rows = await markRequeued(tx, attemptOf(message), {
      reason: 'shown_not_sent',
      afterSeconds: 0,
      countsAsTry: true,
    })
    for (const { caseId, purpose } of rows) await deps.ownerOf(purpose).requeued(tx, [caseId])
  } else await giveUp(deps, tx, message, 'shown_not_sent')
}

async function giveUp(deps: SmsDeps, tx: Tx, message: Unsettled, reason: string): Promise<void> {
  for (const { caseId, purpose } of await markRejected(tx, attemptOf(message), reason)) {
    await deps.ownerOf(purpose).failed(tx, [{ caseId, reason }])
  }
}

const attemptOf = ({ id, outId }: Unsettled): Attempt => ({ ids: [id], outId })

// QuerySendDetails answers for the last 30 days.
const providerRemembersDays = 29
// Carriers report within three days; after a week nobody will.
const receiptsComeWithinDays = 7

function ageDays(deps: Pick<SmsDeps, 'clock'>, { submittedAt }: Unsettled): number {
  return (deps.clock.nowMs() - submittedAt.getTime()) / (24 * 3600 * 1000)
}

/** The carrier has not said what became of it: asked again, until it never will. */
async function lookAgain(tx: Tx, policy: Policy, message: Unsettled): Promise<void> {
  await tx
    .updateTable('message')
    .set({
      lookAt: sql<Date | null>`CASE WHEN submitted_at > ${nowPlus(-receiptsComeWithinDays * 24 * 3600)}
        THEN ${nowPlus(policy.sms.receiptMissingSeconds)} END`,
    })
    .where('id', '=', message.id)
    .where('delivery', 'is', null)
    .execute()
}
