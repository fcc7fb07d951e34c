import { sql } from 'kysely'
import { dateAt } from '../foundation/clock.ts'
import type { Core } from '../foundation/core.ts'
import type { Queryable, Tx } from '../foundation/database.ts'
import { idFloor, type Id } from '../foundation/ids.ts'
import type { Sight } from '../unit/scope.ts'
import type { TriageReason } from './rules.ts'

/** A reply that waits for a person, with what the reader made of it. */
export interface WaitingTriage {
  replyId: Id
  caseId: Id | null
  unitCode: string | null
  reason: TriageReason
  openedAt: Date
  dueAt: Date
  overdue: boolean
  receivedAt: Date
  kind: string
  rating: string | null
  reasons: string[]
  urgent: boolean
  conflict: boolean
  confidence: number
  evidence: unknown
  phoneHash: Buffer
  phoneSealed: Buffer
  textSealed: Buffer
}

// Staff of the units concerned see nothing of it and decide nothing about it (law 7); a reply of which
// nobody knows the case is for those who work for the whole bureau.
function inSight({ never, within }: Sight) {
  const ours =
    within === null
      ? sql`true`
      : sql`coalesce(triage.unit_code = ANY(${[...within]}::text[]), false)`
  return sql<boolean>`(NOT triage.concerned_units && ${[...never]}::text[] AND ${ours})`
}

const textRead = sql<Buffer>`coalesce(reply.read_sealed, reply.text_sealed)`

/** What waits for a person, nearest deadline first; or one of it. */
export async function listTriage(
  tx: Queryable,
  sight: Sight,
  wanted: { limit: number; replyId?: Id },
): Promise<WaitingTriage[]> {
  let query = tx
    .selectFrom('triage')
    .innerJoin('reply', 'reply.id', 'triage.replyId')
    .select([
      'triage.replyId',
      'triage.caseId',
      'triage.unitCode',
      'triage.reason',
      'triage.openedAt',
      'triage.dueAt',
      sql<boolean>`triage.due_at < now()`.as('overdue'),
      'reply.receivedAt',
      'reply.kind',
      'reply.rating',
      'reply.reasons',
      'reply.urgent',
      'reply.conflict',
      'reply.confidence',
      'reply.evidence',
      'reply.phoneHash',
      'reply.phoneSealed',
      textRead.as('textSealed'),
    ])
    .where('triage.state', '=', 'waiting')
    .where(inSight(sight))
  if (wanted.replyId !== undefined) query = query.where('triage.replyId', '=', wanted.replyId)
  const rows = await query.orderBy('triage.dueAt').limit(wanted.limit).execute()
  return rows as unknown as WaitingTriage[]
}

export interface EarlierReplyRow {
  id: Id
  phoneHash: Buffer
  receivedAt: Date
  rating: string | null
  route: string
  decidedKind: string | null
  decidedRating: string | null
  textSealed: Buffer
}

const shownForDays = 90

/** What these numbers wrote lately, oldest first. */
export async function repliesOfNumbers(
  deps: Pick<Core, 'clock'>,
  tx: Queryable,
  phoneHashes: readonly Buffer[],
): Promise<EarlierReplyRow[]> {
  if (phoneHashes.length === 0) return []
  return tx
    .selectFrom('reply')
    .leftJoin('triage', 'triage.replyId', 'reply.id')
    .select([
      'reply.id',
      'reply.phoneHash',
      'reply.receivedAt',
      'reply.rating',
      'reply.route',
      'triage.decidedKind',
      'triage.decidedRating',
      'reply.textSealed',
    ])
    .where('reply.phoneHash', 'in', [...phoneHashes])
    .where('reply.id', '>=', shownSince(deps))
    .orderBy('reply.id')
    .execute()
}

export interface CandidateCase {
  caseId: Id
  phoneHash: Buffer
  unitCode: string
  business: string
  item: string | null
  completedAt: Date
  sentAt: Date | null
}

/** The cases of these numbers to which a reply may belong: those that were asked about, newest first. */
export async function casesOfNumbers(
  deps: Pick<Core, 'clock'>,
  tx: Queryable,
  phoneHashes: readonly Buffer[],
  sight: Sight,
): Promise<CandidateCase[]> {
  if (phoneHashes.length === 0) return []
  const rows = await tx
    .selectFrom('transaction')
    .innerJoin('survey', 'survey.id', 'transaction.id')
    .select([
      'transaction.id as caseId',
      'transaction.phoneHash',
      'transaction.unitCode',
      'transaction.business',
      'transaction.item',
      'transaction.completedAt',
      'survey.sentAt',
    ])
    .where('transaction.phoneHash', 'in', [...phoneHashes])
    .where('transaction.id', '>=', shownSince(deps))
    .where('survey.sentAt', 'is not', null)
    .where(sql<boolean>`transaction.unit_code <> ALL(${[...sight.never]}::text[])`)
    .orderBy('transaction.id', 'desc')
    .execute()
  return rows as (CandidateCase & { phoneHash: Buffer })[]
}

function shownSince(deps: Pick<Core, 'clock'>): Id {
  return idFloor(dateAt(deps.clock.nowMs() - shownForDays * 24 * 3_600_000))
}

/** `waiting → decided`, unless the person may not see it. Returns whether it moved. */
export async function decideTriage(
  tx: Tx,
  replyId: Id,
  decision: { by: Id; sight: Sight; caseId: Id | null; kind: string; rating: string | null },
): Promise<boolean> {
  const result = await tx
    .updateTable('triage')
    .set({
      state: 'decided',
      caseId: decision.caseId,
      decidedBy: decision.by,
      decidedAt: sql<Date>`now()`,
      decidedKind: decision.kind,
      decidedRating: decision.rating,
    })
    .where('replyId', '=', replyId)
    .where('state', '=', 'waiting')
    .where(inSight(decision.sight))
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** What a person's verdict adds to the reply itself. */
export async function noteVerdict(
  tx: Tx,
  replyId: Id,
  facts: { caseId: Id | null; changedMind: boolean },
): Promise<void> {
  await tx.updateTable('reply').set(facts).where('id', '=', replyId).execute()
}

/** How many replies wait for a person longer than they may. */
export async function countOverdue(tx: Queryable): Promise<number> {
  const row = await tx
    .selectFrom('triage')
    .select(sql<number>`count(*)`.as('count'))
    .where('state', '=', 'waiting')
    .where('dueAt', '<', sql<Date>`now()`)
    .executeTakeFirstOrThrow()
  return row.count
}

/** Decided replies in the order of their decision, for a labelled sample. */
export async function decidedTriage(tx: Queryable, since: Date | null, limit: number) {
  let query = tx
    .selectFrom('triage')
    .innerJoin('reply', 'reply.id', 'triage.replyId')
    .leftJoin('survey', 'survey.id', 'triage.caseId')
    .leftJoin('templateVersion', 'templateVersion.id', 'survey.templateVersionId')
    .select([
      'triage.decidedKind',
      'triage.decidedRating',
      'reply.kind',
      'reply.reasons',
      'reply.urgent',
      'reply.conflict',
      'survey.business',
      'templateVersion.scale',
      textRead.as('textSealed'),
    ])
    .where('triage.state', '=', 'decided')
    .where('triage.decidedBy', 'is not', null)
  if (since !== null) query = query.where('triage.decidedAt', '>=', since)
  return query.orderBy('triage.decidedAt', 'desc').limit(limit).execute()
}
