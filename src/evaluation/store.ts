import { sql } from 'kysely'
import { nowPlus, type Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import type { Verdict } from '../reply/verdict.ts'
import type { Fit, Route, TriageReason } from './rules.ts'

export interface NewReply {
  id: Id
  inboundId: Id
  phoneHash: Buffer
  phoneSealed: Buffer
  textSealed: Buffer
  destCode: string
  sentAt: Date | null
  caseId: Id | null
  fit: Fit
  route: Route
  verdict: Verdict
  changedMind: boolean
}

export async function insertReply(tx: Tx, reply: NewReply): Promise<void> {
  const { verdict, ...row } = reply
  await tx
    .insertInto('reply')
    .values({
      ...row,
      kind: verdict.kind,
      rating: verdict.rating,
      reasons: verdict.reasons,
      urgent: verdict.urgent,
      conflict: verdict.conflict,
      confidence: verdict.confidence,
      evidence: JSON.stringify(verdict.evidence),
    })
    .execute()
}

export async function insertTriage(
  tx: Tx,
  triage: {
    replyId: Id
    caseId: Id | null
    unitCode: string | null
    reason: TriageReason
    dueInHours: number
  },
): Promise<void> {
  const { dueInHours, ...row } = triage
  await tx
    .insertInto('triage')
    .values({ ...row, state: 'waiting', dueAt: nowPlus(dueInHours * 3600) })
    .execute()
}

/** Puts a reply on the duty list, where it rings until somebody takes it. */
export async function insertDuty(tx: Tx, replyId: Id, caseId: Id | null): Promise<void> {
  await tx.insertInto('duty').values({ replyId, caseId, state: 'ringing' }).execute()
}

export interface WaitingTriage {
  replyId: Id
  caseId: Id | null
  unitCode: string | null
  reason: TriageReason
  openedAt: Date
  dueAt: Date
  kind: string
  rating: string | null
  evidence: unknown
  textSealed: Buffer
}

/** What waits for a person, nearest deadline first, without the cases of these units (law 7). */
export async function listTriage(
  tx: Pick<Tx, 'selectFrom'>,
  forbiddenUnits: readonly string[],
  limit: number,
): Promise<WaitingTriage[]> {
  const rows = await tx
    .selectFrom('triage')
    .innerJoin('reply', 'reply.id', 'triage.replyId')
    .select([
      'triage.replyId',
      'triage.caseId',
      'triage.unitCode',
      'triage.reason',
      'triage.openedAt',
      'triage.dueAt',
      'reply.kind',
      'reply.rating',
      'reply.evidence',
      'reply.textSealed',
    ])
    .where('triage.state', '=', 'waiting')
    .where(sql<boolean>`coalesce(triage.unit_code, '') <> ALL(${[...forbiddenUnits]}::text[])`)
    .orderBy('triage.dueAt')
    .limit(limit)
    .execute()
  return rows as unknown as WaitingTriage[]
}

/** `waiting → decided`; the row as it was, or null when somebody else was faster. */
export async function decideTriage(
  tx: Tx,
  replyId: Id,
  decision: { by: Id; kind: string; rating: string | null },
): Promise<{ caseId: Id | null; unitCode: string | null } | null> {
  const row = await tx
    .updateTable('triage')
    .set({
      state: 'decided',
      decidedBy: decision.by,
      decidedAt: sql<Date>`now()`,
      decidedKind: decision.kind,
      decidedRating: decision.rating,
    })
    .where('replyId', '=', replyId)
    .where('state', '=', 'waiting')
    .returning(['caseId', 'unitCode'])
    .executeTakeFirst()
  return row ?? null
}

export async function phoneOfReply(tx: Tx, replyId: Id): Promise<Buffer | null> {
  const row = await tx
    .selectFrom('reply')
    .select('phoneHash')
    .where('id', '=', replyId)
    .executeTakeFirst()
  return row?.phoneHash ?? null
}

/** `ringing → taken`; false when somebody else was faster. */
export async function takeDuty(tx: Tx, replyId: Id, staffId: Id): Promise<boolean> {
  const result = await tx
    .updateTable('duty')
    .set({ state: 'taken', takenBy: staffId, takenAt: sql<Date>`now()` })
    .where('replyId', '=', replyId)
    .where('state', '=', 'ringing')
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}
