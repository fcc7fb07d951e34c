import { sql } from 'kysely'
import type { Core } from '../foundation/core.ts'
import type { Tx } from '../foundation/database.ts'
import { idFloor, type Id } from '../foundation/ids.ts'
import { dateAt } from '../foundation/clock.ts'
import type { Business, Policy } from '../policy/policy.ts'
import { recordOutcomes } from '../scoring/outcome.ts'
import { blocksOf } from '../sms/contact-block.ts'
import { dropQueued, queueMessages } from '../sms/queue.ts'
import type { Templates, TemplateVersion } from '../template/template.ts'
import { pathUp, type Unit } from '../unit/unit.ts'
import { reasonNotToAsk, sendTimeMs, type Candidate, type SuppressionReason } from './rules.ts'
import { lockSlots, slotKey, takeSlots } from './slots.ts'
import { insertSuppressions, insertSurveys, lockSent, markClosed, markNotSent } from './store.ts'
import { textParams, worded } from './wording.ts'

/** A transaction that was just stored, as far as surveying it is concerned. */
export interface PlannedTransaction {
  id: Id
  source: string
  externalId: string
  withdrawn: boolean
  business: Business
  category: string | null
  unitCode: string
  flags: readonly string[]
  number: Candidate['number']
  phoneHash: Buffer | null
  phoneSealed: Buffer | null
  personHash: Buffer | null
  completedAt: Date
}

export interface PlanDeps extends Core {
  policy: () => Promise<Policy>
  units: () => Promise<Map<string, Unit>>
  templates: Templates
}

export type Plan = { surveyed: true; sendAt: Date } | { surveyed: false; reason: SuppressionReason }

/**
 * Decides for each transaction whether its citizen is asked, and writes the survey with its text, or the
 * reason why not. Runs in the transaction that stores the transactions themselves.
 */
export async function planSurveys(
  deps: PlanDeps,
  tx: Tx,
  transactions: readonly PlannedTransaction[],
): Promise<Map<Id, Plan>> {
  const [policy, units] = await Promise.all([deps.policy(), deps.units()])
  const now = deps.clock.now()
  const hashes = transactions.flatMap(({ phoneHash }) => (phoneHash ? [phoneHash] : []))
  const blockOf = await blocksOf(tx, hashes)
  const counts = await countByNumber(tx, hashes, now, policy.survey.sharedWithinDays)
  const plans = new Map<Id, Plan>()
  const askable: { transaction: PlannedTransaction; template: TemplateVersion; sendAt: Date }[] = []

  for (const transaction of transactions) {
    const number = transaction.phoneHash?.toString('hex') ?? ''
    const template = await deps.templates.active('ask', transaction.business, transaction.phoneHash)
    const reason = reasonNotToAsk(
      {
        ...transaction,
        unitKnown: units.get(transaction.unitCode)?.closed === false,
        unitPath: pathUp(units, transaction.unitCode),
        blockedBy: blockOf(transaction.phoneHash, transaction.personHash),
        transactionsOfNumber: counts.get(number) ?? 0,
        hasTemplate: template !== null,
        ageHours: (now.getTime() - transaction.completedAt.getTime()) / 3_600_000,
      },
      policy.survey,
    )
    if (reason !== null || template === null) {
      plans.set(transaction.id, { surveyed: false, reason: reason ?? 'no_template' })
    } else {
      const { completedAt, business } = transaction
      const sendAtMs = sendTimeMs(completedAt.getTime(), business, policy.survey, now.getTime())
      askable.push({ transaction, template, sendAt: dateAt(sendAtMs) })
    }
  }

  const asked = await reserveSlots(deps, tx, policy, askable)
  await writePlan(
    deps,
    tx,
    policy,
    units,
    askable.filter(({ transaction }) => asked.has(transaction.id)),
  )
  for (const { transaction, sendAt } of askable) {
    plans.set(
      transaction.id,
      asked.has(transaction.id)
        ? { surveyed: true, sendAt }
        : { surveyed: false, reason: 'asked_recently' },
    )
  }
  await insertSuppressions(
    tx,
    transactions.flatMap(({ id, unitCode, business }) => {
      const plan = plans.get(id)!
      return plan.surveyed ? [] : [{ transactionId: id, reason: plan.reason, unitCode, business }]
    }),
  )
  return plans
}

type Askable = { transaction: PlannedTransaction; template: TemplateVersion; sendAt: Date }

/** One open survey per number and signature: who gets the slot, and whose survey it ends. */
async function reserveSlots(
  deps: PlanDeps,
  tx: Tx,
  policy: Policy,
  askable: readonly Askable[],
): Promise<Set<Id>> {
  const before = await lockSlots(
    tx,
    askable.map(({ transaction }) => ({ phoneHash: transaction.phoneHash! })),
  )
  const floored = new Set(
    [...before.values()]
      .filter((slot) => slot.floored)
      .map(({ phoneHash }) => numberKey(phoneHash)),
  )
  const best = new Map<string, Askable>()
  for (const candidate of askable) {
    if (floored.has(numberKey(candidate.transaction.phoneHash!))) continue
    const key = slotKey(slotOf(candidate, policy))
    const rival = best.get(key)
    if (!rival || priorityOf(candidate, policy) > priorityOf(rival, policy))
      best.set(key, candidate)
  }
  const slots = [...best.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, each]) => slotOf(each, policy))
  const rivals = slots.flatMap((slot) => {
    const old = before.get(slotKey(slot))
    return old?.taken && old.priority < slot.priority ? [old.surveyId] : []
  })
  return takeSlots(tx, slots, await supersede(deps, tx, rivals))
}

/**
 * A more important matter of the same citizen takes the place of an older one: counted, never silent.
 * Returns the surveys that give way. One whose text is on its way, or may be, does not: what came of it
 * could no longer be told apart from what comes of the new one.
 */
async function supersede(deps: PlanDeps, tx: Tx, surveyIds: readonly Id[]): Promise<Id[]> {
  if (surveyIds.length === 0) return []
  const unsent = await dropQueued(tx, surveyIds, 'ask', 'superseded')
  const dropped = await markNotSent(tx, unsent, { state: 'closed', reason: 'superseded' })
  const notSent = dropped.map(({ id }) => id)
  const sent = await lockSent(tx, surveyIds)
  const waiting = sent.filter(({ state }) => state === 'open' || state === 'expired')
  const ended = await markClosed(
    tx,
    waiting.map(({ id }) => id),
    'superseded',
  )
  await recordOutcomes(deps, tx, [...notSent, ...ended])
  return [...notSent, ...sent.map(({ id }) => id)]
}

async function writePlan(
  deps: PlanDeps,
  tx: Tx,
  policy: Policy,
  units: ReadonlyMap<string, Unit>,
  asked: readonly Askable[],
): Promise<void> {
  await insertSurveys(
    tx,
    asked.map(({ transaction, template, sendAt }) => ({
      id: transaction.id,
      business: transaction.business,
      unitCode: transaction.unitCode,
      phoneHash: transaction.phoneHash!,
      signature: template.signature,
      templateVersionId: template.id,
      priority: policy.survey.priority[transaction.business],
      sendAt,
    })),
  )
  await queueMessages(
    tx,
    asked.map(({ transaction, template, sendAt }) => ({
      id: deps.newId(),
      caseId: transaction.id,
      purpose: 'ask' as const,
      phoneHash: transaction.phoneHash!,
      phoneSealed: transaction.phoneSealed!,
      templateVersionId: template.id,
      ...worded(template, textParams(units, transaction)),
      unitCode: transaction.unitCode,
      priority: policy.survey.priority[transaction.business],
      dueAt: sendAt,
    })),
  )
}

const numberKey = (phoneHash: Buffer) => phoneHash.toString('hex')

function priorityOf({ transaction }: Askable, policy: Policy): number {
  return policy.survey.priority[transaction.business]
}

function slotOf(candidate: Askable, policy: Policy) {
  return {
    phoneHash: candidate.transaction.phoneHash!,
    signature: candidate.template.signature,
    surveyId: candidate.transaction.id,
    priority: priorityOf(candidate, policy),
  }
}

async function countByNumber(
  tx: Tx,
  hashes: readonly Buffer[],
  now: Date,
  withinDays: number,
): Promise<Map<string, number>> {
  if (hashes.length === 0) return new Map()
  const since = idFloor(dateAt(now.getTime() - withinDays * 24 * 3600 * 1000))
  const rows = await tx
    .selectFrom('transaction')
    .select(['phoneHash', sql<number>`count(*)`.as('transactions')])
    .where('phoneHash', 'in', [...hashes])
    .where('id', '>=', since)
    .groupBy('phoneHash')
    .execute()
  return new Map(
    rows.map(({ phoneHash, transactions }) => [phoneHash!.toString('hex'), transactions]),
  )
}
