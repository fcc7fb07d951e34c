import { sql } from 'kysely'
import { anyOf, nowPlus, type Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import type { Policy } from '../policy/policy.ts'
import type { Purpose } from '../template/template.ts'
import { accountIsPaused, templateIsPaused, windowIsOpen } from './take.ts'

/**
 * A message: `queued → submitting → accepted | rejected | unknown`, `unknown → accepted | rejected`,
 * `submitting | unknown → queued` when it may be tried again,
 * `queued → accepted` when a receipt shows that an earlier try got through, `queued → dropped`. Whether it was
 * delivered is a fact beside the state.
 */
export type MessageState = 'queued' | 'submitting' | 'accepted' | 'rejected' | 'unknown' | 'dropped'

export interface Message {
  id: Id
  caseId: Id
  purpose: Purpose
  phoneHash: Buffer
  phoneSealed: Buffer
  templateVersionId: string
  params: Record<string, string>
  tries: number
}

/**
 * Queued texts among these ids that may go out now, locked, with what keeps their numbers from being texted.
 * Those that may not stay queued, and are due again when their claim ends.
 */
export async function lockQueued(
  tx: Tx,
  ids: readonly Id[],
  sendingWindow: Policy['survey']['sendingWindow'],
): Promise<(Message & { blockedBy: string | null })[]> {
  const { rows } = await sql<Message & { blockedBy: string | null }>`
    SELECT m.id, m.case_id, m.purpose, m.phone_hash, m.phone_sealed, m.template_version_id, m.params, m.tries,
      (SELECT min(b.kind) FROM contact_block b
       WHERE b.phone_hash = m.phone_hash AND (b.until IS NULL OR b.until > now())
         AND (b.person_hash = '' OR b.person_hash = coalesce(
           (SELECT t.person_hash FROM transaction t WHERE t.id = m.case_id), b.person_hash))) AS blocked_by
    FROM message m
    WHERE m.id = ANY(${[...ids]}::uuid[]) AND m.state = 'queued' AND m.due_at <= now()
      AND ${windowIsOpen(sendingWindow)} AND NOT ${accountIsPaused}
      AND NOT ${templateIsPaused(sql`m.template_version_id`)}
    ORDER BY m.id FOR UPDATE OF m SKIP LOCKED`.execute(tx)
  return rows
}

/** The texts of one call. Who comes late with its outcome must not touch what was tried again since. */
export interface Attempt {
  ids: readonly Id[]
  outId: Id
}

/**
 * Commits the intent: from here on the provider may have the text. All of them or none, for what is not ours
 * must not go out.
 */
export async function markSubmitting(
  tx: Tx,
  { ids, outId }: Attempt,
  stuckSeconds: number,
): Promise<void> {
  const { numUpdatedRows } = await tx
    .updateTable('message')
    .set((eb) => ({
      state: 'submitting',
      outId,
      submittedAt: sql`now()`,
      tries: eb('tries', '+', 1),
      lookAt: nowPlus(stuckSeconds),
    }))
    .where('id', '=', anyOf(ids))
    .where('state', '=', 'queued')
    .executeTakeFirstOrThrow()
  if (Number(numUpdatedRows) !== ids.length) throw new Error('texts that are not queued any more')
}

/** Drops queued texts that may not be sent any more. */
export async function markDropped(tx: Tx, ids: readonly Id[], reason: string): Promise<void> {
  await tx
    .updateTable('message')
    .set({ state: 'dropped', reason, lookAt: null, settledAt: sql`now()` })
    .where('id', '=', anyOf(ids))
    .where('state', '=', 'queued')
    .execute()
}

const settled = ['id', 'caseId', 'purpose', 'submittedAt', 'delivery'] as const
export interface SettledMessage {
  id: Id
  caseId: Id
  purpose: Purpose
}

/** The provider has it, which may also be learnt when the text is queued to be tried again. */
export async function markAccepted(
  tx: Tx,
  { ids, outId }: Attempt,
  facts: { bizId: string | null; receiptMissingSeconds: number },
): Promise<SettledMessage[]> {
  const rows = await tx
    .updateTable('message')
    .set((eb) => ({
      state: 'accepted',
      reason: null,
      ...(facts.bizId === null ? {} : { bizId: facts.bizId }),
      settledAt: sql`now()`,
      lookAt: eb
        .case()
        .when('delivery', 'is', null)
        .then(nowPlus(facts.receiptMissingSeconds))
        .else(null)
        .end(),
    }))
    .where('id', '=', anyOf(ids))
    .where('outId', '=', outId)
    .where('state', 'in', ['submitting', 'unknown', 'queued'])
    .returning(settled)
    .execute()
  return rows as unknown as SettledMessage[]
}

/** The provider does not have it, and it is not tried again. */
export async function markRejected(
  tx: Tx,
  { ids, outId }: Attempt,
  reason: string,
): Promise<SettledMessage[]> {
  const rows = await tx
    .updateTable('message')
    .set({ state: 'rejected', reason, settledAt: sql`now()`, lookAt: null })
    .where('id', '=', anyOf(ids))
    .where('outId', '=', outId)
    .where('state', 'in', ['submitting', 'unknown'])
    .returning(settled)
    .execute()
  return rows as unknown as SettledMessage[]
}

/** The provider surely does not have it, and it is tried again. */
export async function markRequeued(
  tx: Tx,
  { ids, outId }: Attempt,
  facts: { reason: string; afterSeconds: number; countsAsTry: boolean },
): Promise<SettledMessage[]> {
  const rows = await tx
    .updateTable('message')
    .set((eb) => ({
      state: 'queued',
      reason: facts.reason,
      dueAt: nowPlus(facts.afterSeconds),
      lookAt: nowPlus(facts.afterSeconds),
      emptyQueries: 0,
      firstEmptyAt: null,
      tries: facts.countsAsTry ? eb.ref('tries') : eb('tries', '-', 1),
    }))
    .where('id', '=', anyOf(ids))
    .where('outId', '=', outId)
    .where('state', 'in', ['submitting', 'unknown'])
    .returning(settled)
    .execute()
  return rows as unknown as SettledMessage[]
}

/** Nobody knows whether the provider has it: neither sent again nor given up until that is settled. */
export async function markUnknown(
  tx: Tx,
  { ids, outId }: Attempt,
  cause: string,
  lookAfterSeconds: number,
): Promise<SettledMessage[]> {
  const rows = await tx
    .updateTable('message')
    .set({ state: 'unknown', reason: cause, lookAt: nowPlus(lookAfterSeconds) })
    .where('id', '=', anyOf(ids))
    .where('outId', '=', outId)
    .where('state', '=', 'submitting')
    .returning(settled)
    .execute()
  return rows as unknown as SettledMessage[]
}
