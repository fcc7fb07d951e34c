import { sql } from 'kysely'
import type { Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import type { TriageReason } from './rules.ts'

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

// Staff of the units concerned see nothing of it and decide nothing about it (law 7).
const notConcerned = (forbiddenUnits: readonly string[]) =>
  sql<boolean>`NOT (triage.concerned_units && ${[...forbiddenUnits]}::text[])`

/** What waits for a person, nearest deadline first, without the cases of these units. */
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
      sql<Buffer>`coalesce(reply.read_sealed, reply.text_sealed)`.as('textSealed'),
    ])
    .where('triage.state', '=', 'waiting')
    .where(notConcerned(forbiddenUnits))
    .orderBy('triage.dueAt')
    .limit(limit)
    .execute()
  return rows as unknown as WaitingTriage[]
}

/** What a reply that a person decides is about; null when there is none, or none that staff of these units may see. */
export async function readTriage(
  tx: Pick<Tx, 'selectFrom'>,
  replyId: Id,
  forbiddenUnits: readonly string[],
): Promise<{ caseId: Id | null; phoneHash: Buffer; urgent: boolean } | null> {
  const row = await tx
    .selectFrom('triage')
    .innerJoin('reply', 'reply.id', 'triage.replyId')
    .select(['triage.caseId', 'reply.phoneHash', 'reply.urgent'])
    .where('triage.replyId', '=', replyId)
    .where(notConcerned(forbiddenUnits))
    .executeTakeFirst()
  return row ?? null
}

/** `waiting → decided`, unless the person belongs to a unit concerned. Returns whether it moved. */
export async function decideTriage(
  tx: Tx,
  replyId: Id,
  decision: { by: Id; forbiddenUnits: readonly string[]; kind: string; rating: string | null },
): Promise<boolean> {
  const result = await tx
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
    .where(notConcerned(decision.forbiddenUnits))
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

export async function noteChangedMind(tx: Tx, replyId: Id): Promise<void> {
  await tx.updateTable('reply').set({ changedMind: true }).where('id', '=', replyId).execute()
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
