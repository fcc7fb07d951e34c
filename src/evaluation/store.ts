import { sql } from 'kysely'
import { dateAt } from '../foundation/clock.ts'
import type { Core } from '../foundation/core.ts'
import { nowPlus, type Tx } from '../foundation/database.ts'
import { idFloor, idSpan, type Id } from '../foundation/ids.ts'
import { insertRows } from '../foundation/insert-rows.ts'
import type { Verdict } from '../reply/verdict.ts'
import type { Part } from './parts.ts'
import type { Fit, Route, TriageReason } from './rules.ts'

export interface NewReply {
  id: Id
  inboundId: Id
  phoneHash: Buffer
  phoneSealed: Buffer
  textSealed: Buffer
  /** The whole of a long reply up to here; null where the text stands alone. */
  readSealed: Buffer | null
  destCode: string
  sequenceId: string | null
  sentAt: Date | null
  caseId: Id | null
  continues: Id | null
  fit: Fit
  route: Route
  verdict: Verdict
  changedMind: boolean
}

const replyTypes = {
  id: 'uuid',
  inboundId: 'uuid',
  phoneHash: 'bytea',
  phoneSealed: 'bytea',
  textSealed: 'bytea',
  readSealed: 'bytea',
  destCode: 'text',
  sequenceId: 'text',
  sentAt: 'timestamptz',
  caseId: 'uuid',
  continues: 'uuid',
  fit: 'text',
  route: 'text',
  changedMind: 'boolean',
  kind: 'text',
  rating: 'text',
  reasons: 'text[]',
  urgent: 'boolean',
  conflict: 'boolean',
  confidence: 'real',
  evidence: 'jsonb',
} as const

export async function insertReplies(tx: Tx, replies: readonly NewReply[]): Promise<void> {
  const rows = replies.map(({ verdict, ...row }) => ({
    ...row,
    kind: verdict.kind,
    rating: verdict.rating,
    reasons: verdict.reasons,
    urgent: verdict.urgent,
    conflict: verdict.conflict,
    confidence: verdict.confidence,
    evidence: JSON.stringify(verdict.evidence),
  }))
  await insertRows(tx, 'reply', replyTypes, rows)
}

export interface EarlierReply extends Part {
  fit: Fit
  urgent: boolean
  /** A person's verdict stands on it. */
  decidedByPerson: boolean
}

const mayGoOnForHours = 24

/** The replies of these cases that came lately enough for another one to be a further part of them. */
export async function latestReplies(
  deps: Pick<Core, 'clock' | 'vault'>,
  tx: Tx,
  caseIds: readonly Id[],
): Promise<Map<Id, EarlierReply[]>> {
  if (caseIds.length === 0) return new Map()
  const now = deps.clock.now()
  const { first, last } = idSpan(dateAt(now.getTime() - mayGoOnForHours * 3_600_000), now)
  // One look-up a case: a join would read whole months where the planner has not counted them yet.
  const { rows } = await sql<Omit<EarlierReply, 'text'> & { caseId: Id; textSealed: Buffer }>`
    SELECT r.* FROM unnest(${[...caseIds]}::uuid[]) AS c(id)
    CROSS JOIN LATERAL (SELECT a.id, a.case_id, a.text_sealed, a.sent_at, a.received_at, a.sequence_id,
        a.fit, a.urgent,
        EXISTS (SELECT FROM triage g WHERE g.reply_id = a.id AND g.decided_by IS NOT NULL)
          AS decided_by_person
      FROM reply a
      WHERE a.case_id = c.id AND a.id BETWEEN ${first}::uuid AND ${last}::uuid
        AND a.received_at > ${nowPlus(-mayGoOnForHours * 3600)}
      OFFSET 0) r
    ORDER BY r.id`.execute(tx)
  const replies = rows.map(({ textSealed, ...row }) => ({
    ...row,
    text: deps.vault.open(textSealed, 'text'),
  }))
  return Map.groupBy(replies, ({ caseId }) => caseId)
}

export interface NewTriage {
  replyId: Id
  caseId: Id | null
  unitCode: string | null
  /** Their staff must not see it (law 7). */
  concernedUnits: string[]
  reason: TriageReason
  dueInHours: number
}

export async function insertTriages(tx: Tx, triages: readonly NewTriage[]): Promise<void> {
  if (triages.length === 0) return
  await tx
    .insertInto('triage')
    .values(
      triages.map(({ dueInHours, ...row }) => ({
        ...row,
        state: 'waiting',
        dueAt: nowPlus(dueInHours * 3600),
      })),
    )
    .execute()
}

/** Parts of a long reply wait no more: the whole has been read in their place. */
export async function closeJoined(tx: Tx, replyIds: readonly Id[]): Promise<void> {
  if (replyIds.length === 0) return
  await tx
    .updateTable('triage')
    .set({ state: 'decided', decidedAt: sql<Date>`now()`, decidedKind: 'joined' })
    .where('replyId', 'in', [...replyIds])
    .where('state', '=', 'waiting')
    .execute()
}

/** Puts replies on the duty list, where they ring until somebody takes them. */
export async function insertDuties(
  tx: Tx,
  duties: readonly { replyId: Id; caseId: Id | null }[],
): Promise<void> {
  if (duties.length === 0) return
  await tx
    .insertInto('duty')
    .values(duties.map((duty) => ({ ...duty, state: 'ringing' })))
    .execute()
}

/** Whom the transactions of these cases name; those that name nobody are left out. */
export async function personsOfCases(tx: Tx, caseIds: readonly Id[]): Promise<Map<Id, Buffer>> {
  if (caseIds.length === 0) return new Map()
  const rows = await tx
    .selectFrom('transaction')
    .select(['id', 'personHash'])
    .where('id', 'in', [...caseIds])
    .where('personHash', 'is not', null)
    .execute()
  return new Map(rows.map(({ id, personHash }) => [id, personHash!]))
}

const mayBeAboutDays = 90

/** The units of the transactions that these numbers had lately, by the number's hash in hex. */
export async function unitsOfNumbers(
  deps: Pick<Core, 'clock'>,
  tx: Tx,
  phoneHashes: readonly Buffer[],
): Promise<Map<string, string[]>> {
  if (phoneHashes.length === 0) return new Map()
  const since = idFloor(dateAt(deps.clock.nowMs() - mayBeAboutDays * 24 * 3_600_000))
  const rows = await tx
    .selectFrom('transaction')
    .select(['phoneHash', 'unitCode'])
    .distinct()
    .where('phoneHash', 'in', [...phoneHashes])
    .where('id', '>=', since)
    .execute()
  const byNumber = Map.groupBy(rows, ({ phoneHash }) => phoneHash!.toString('hex'))
  return new Map([...byNumber].map(([number, list]) => [number, list.map((row) => row.unitCode)]))
}
