import { sql } from 'kysely'
import type { Core } from '../foundation/core.ts'
import { nowPlus, type Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import type { Purpose } from '../template/template.ts'

/**
 * A message: `queued → submitting → accepted | rejected | unknown`, `unknown → accepted | rejected`,
 * `submitting → queued` after a refusal that may be tried again, `queued → dropped`. Whether it was
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

const claimSeconds = 60

/** Takes due texts for the relay, in batches that share a template; texts whose sending is paused stay. */
export async function takeDueMessages(deps: Pick<Core, 'db'>, limit: number): Promise<Id[][]> {
  const { rows } = await sql<{ id: Id; templateVersionId: string }>`
    WITH due AS (
      SELECT m.id FROM message m
      WHERE m.state = 'queued' AND m.look_at <= now()
        AND NOT EXISTS (
          SELECT 1 FROM sending_pause p
          WHERE (p.until IS NULL OR p.until > now()) AND (
            p.scope = 'account'
            OR (p.scope = 'template' AND p.subject = m.template_version_id::text)
            OR (p.scope = 'signature' AND p.subject =
              (SELECT signature FROM template_version t WHERE t.id = m.template_version_id))))
      ORDER BY m.look_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    UPDATE message m SET look_at = now() + make_interval(secs => ${claimSeconds})
    FROM due WHERE m.id = due.id
    RETURNING m.id, m.template_version_id`.execute(deps.db)
  const byTemplate = new Map<string, Id[]>()
  for (const { id, templateVersionId } of rows) {
    const ids = byTemplate.get(templateVersionId)
    if (ids) ids.push(id)
    else byTemplate.set(templateVersionId, [id])
  }
  const batches: Id[][] = []
  for (const ids of byTemplate.values()) {
    for (let start = 0; start < ids.length; start += 100)
      batches.push(ids.slice(start, start + 100))
  }
  return batches
}

/** Takes texts whose outcome must be found out: unknown, left in `submitting` by a crash, or without a receipt. */
export async function takeUnsettled(deps: Pick<Core, 'db'>, limit: number): Promise<Id[][]> {
  const { rows } = await sql<{ id: Id }>`
    WITH due AS (
      SELECT id FROM message
      WHERE state <> 'queued' AND look_at <= now()
      ORDER BY look_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    UPDATE message m SET look_at = now() + make_interval(secs => ${claimSeconds})
    FROM due WHERE m.id = due.id RETURNING m.id`.execute(deps.db)
  const batches: Id[][] = []
  // One provider query a number and day: small batches spread over the workers.
  for (let start = 0; start < rows.length; start += 10) {
    batches.push(rows.slice(start, start + 10).map(({ id }) => id))
  }
  return batches
}

/** Queued texts among these ids, locked, with what keeps their numbers from being texted. */
export async function lockQueued(
  tx: Tx,
  ids: readonly Id[],
): Promise<(Message & { blockedBy: string | null })[]> {
  const { rows } = await sql<Message & { blockedBy: string | null }>`
    SELECT m.id, m.case_id, m.purpose, m.phone_hash, m.phone_sealed, m.template_version_id, m.params, m.tries,
      (SELECT min(b.kind) FROM contact_block b
       WHERE b.phone_hash = m.phone_hash AND (b.until IS NULL OR b.until > now())
         AND (b.person_hash = '' OR b.person_hash = coalesce(
           (SELECT t.person_hash FROM transaction t WHERE t.id = m.case_id), b.person_hash))) AS blocked_by
    FROM message m
    WHERE m.id = ANY(${[...ids]}::uuid[]) AND m.state = 'queued' AND m.due_at <= now()
    ORDER BY m.id FOR UPDATE OF m SKIP LOCKED`.execute(tx)
  return rows
}

/** Commits the intent: from here on the provider may have the text. */
export async function markSubmitting(
  tx: Tx,
  ids: readonly Id[],
  outId: Id,
  stuckSeconds: number,
): Promise<void> {
  await tx
    .updateTable('message')
    .set((eb) => ({
      state: 'submitting',
      outId,
      submittedAt: sql`now()`,
      tries: eb('tries', '+', 1),
      lookAt: nowPlus(stuckSeconds),
    }))
    .where('id', 'in', [...ids])
    .where('state', '=', 'queued')
    .execute()
}

/** Drops queued texts that may not be sent any more. */
export async function markDropped(
  tx: Tx,
  drops: readonly { id: Id; reason: string }[],
): Promise<void> {
  for (const { id, reason } of drops) {
    await tx
      .updateTable('message')
      .set({ state: 'dropped', reason, lookAt: null, settledAt: sql`now()` })
      .where('id', '=', id)
      .where('state', '=', 'queued')
      .execute()
  }
}

/** Not now: the text waits until `dueAt`. */
export async function postpone(tx: Tx, ids: readonly Id[], dueAt: Date): Promise<void> {
  await tx
    .updateTable('message')
    .set({ dueAt, lookAt: dueAt })
    .where('id', 'in', [...ids])
    .where('state', '=', 'queued')
    .execute()
}

const settled = ['id', 'caseId', 'purpose', 'submittedAt', 'delivery'] as const
export interface SettledMessage {
  id: Id
  caseId: Id
  purpose: Purpose
}

/** The provider has it. `from` names the states in which this may be learnt. */
export async function markAccepted(
  tx: Tx,
  ids: readonly Id[],
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
    .where('id', 'in', [...ids])
    .where('state', 'in', ['submitting', 'unknown'])
    .returning(settled)
    .execute()
  return rows as unknown as SettledMessage[]
}

/** The provider does not have it, and it is not tried again. */
export async function markRejected(
  tx: Tx,
  ids: readonly Id[],
  reason: string,
): Promise<SettledMessage[]> {
  const rows = await tx
    .updateTable('message')
    .set({ state: 'rejected', reason, settledAt: sql`now()`, lookAt: null })
    .where('id', 'in', [...ids])
    .where('state', 'in', ['submitting', 'unknown'])
    .returning(settled)
    .execute()
  return rows as unknown as SettledMessage[]
}

/** The provider surely does not have it, and it is tried again. */
export async function markRequeued(
  tx: Tx,
  ids: readonly Id[],
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
    .where('id', 'in', [...ids])
    .where('state', 'in', ['submitting', 'unknown'])
    .returning(settled)
    .execute()
  return rows as unknown as SettledMessage[]
}

/** Nobody knows whether the provider has it: neither sent again nor given up until that is settled. */
export async function markUnknown(
  tx: Tx,
  ids: readonly Id[],
  cause: string,
  lookAfterSeconds: number,
): Promise<SettledMessage[]> {
  const rows = await tx
    .updateTable('message')
    .set({ state: 'unknown', reason: cause, lookAt: nowPlus(lookAfterSeconds) })
    .where('id', 'in', [...ids])
    .where('state', '=', 'submitting')
    .returning(settled)
    .execute()
  return rows as unknown as SettledMessage[]
}
