import { sql } from 'kysely'
import type { Core } from '../foundation/core.ts'
import { anyOf, nowPlus, type Queryable, type Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import { inBatches } from '../foundation/relay.ts'
import type { Policy } from '../policy/policy.ts'
import type { SuppressionReason, Survey } from './rules.ts'
import { releaseSlots, timeSlots, type SlotHolder } from './slots.ts'

export interface NewSurvey {
  id: Id
  business: string
  unitCode: string
  phoneHash: Buffer
  signature: string
  templateVersionId: string
  priority: number
  sendAt: Date
}

export async function insertSurveys(tx: Tx, surveys: readonly NewSurvey[]): Promise<void> {
  if (surveys.length === 0) return
  await tx
    .insertInto('survey')
    .values(surveys.map((survey) => ({ ...survey, state: 'scheduled' })))
    .execute()
}

export async function insertSuppressions(
  tx: Tx,
  rows: readonly {
    transactionId: Id
    reason: SuppressionReason
    unitCode: string
    business: string
  }[],
): Promise<void> {
  if (rows.length > 0)
    await tx
      .insertInto('suppression')
      .values([...rows])
      .execute()
}

/** Those of these surveys whose text went out, or will never, locked: none that is still to be sent or settled. */
export async function lockSent(tx: Tx, ids: readonly Id[]): Promise<{ id: Id; state: string }[]> {
  return tx
    .selectFrom('survey')
    .select(['id', 'state'])
    .where('id', '=', anyOf(ids))
    .where('state', 'not in', ['scheduled', 'submitting', 'unknown'])
    .orderBy('id')
    .forUpdate()
    .execute()
}

/** `scheduled → submitting`; returns those that moved. */
export async function markSubmitting(tx: Tx, ids: readonly Id[]): Promise<Set<Id>> {
  const rows = await tx
    .updateTable('survey')
    .set({ state: 'submitting' })
    .where('id', '=', anyOf(ids))
    .where('state', '=', 'scheduled')
    .returning('id')
    .execute()
  return new Set(rows.map(({ id }) => id))
}

/**
 * The text is out, maybe by an earlier try than the one that was planned: the clock of the reply window
 * starts. An answer that came before this commit stays.
 */
export async function markOpen(
  tx: Tx,
  ids: readonly Id[],
  windows: Pick<
    Policy['survey'],
    'replyWindowSeconds' | 'lateWindowSeconds' | 'contactFloorDays' | 'remindAfterSeconds'
  >,
): Promise<void> {
  const lateSeconds = windows.replyWindowSeconds + windows.lateWindowSeconds
  const floorSeconds = windows.contactFloorDays * 24 * 3600
  const opened = await tx
    .updateTable('survey')
    .set({
      state: 'open',
      sentAt: sql<Date>`now()`,
      expiresAt: nowPlus(windows.replyWindowSeconds),
      lateUntil: nowPlus(lateSeconds),
      lookAt: nowPlus(windows.remindAfterSeconds || windows.replyWindowSeconds),
    })
    .where('id', '=', anyOf(ids))
    .where('state', 'in', ['scheduled', 'submitting', 'unknown'])
    .returning(['id', 'phoneHash'])
    .execute()
  await timeSlots(tx, opened, {
    freeSeconds: Math.max(lateSeconds, floorSeconds),
    floorSeconds,
  })
}

export async function markBack(tx: Tx, ids: readonly Id[], to: 'unknown' | 'scheduled') {
  await tx
    .updateTable('survey')
    .set({ state: to })
    .where('id', '=', anyOf(ids))
    .where('state', 'in', to === 'unknown' ? ['submitting'] : ['submitting', 'unknown'])
    .execute()
}

/** Ends surveys whose text never went out; returns those that ended now, whose slots can be released. */
export async function markNotSent(
  tx: Tx,
  ids: readonly Id[],
  end: { state: 'failed' | 'closed'; reason: string },
): Promise<SlotHolder[]> {
  if (ids.length === 0) return []
  return tx
    .updateTable('survey')
    .set({ state: end.state, disposition: 'not_sent', failure: end.reason, lookAt: null })
    .where('id', '=', anyOf(ids))
    .where('state', 'in', ['scheduled', 'submitting', 'unknown'])
    .returning(['id', 'phoneHash'])
    .execute()
}

const surveyColumns = [
  'id',
  'state',
  'disposition',
  'business',
  'unitCode',
  'signature',
  'templateVersionId',
  'firstRating',
  'expiresAt',
  'lateUntil',
] as const

/** What came of a survey in the end. */
export async function setDisposition(tx: Tx, id: Id, disposition: string): Promise<void> {
  await tx.updateTable('survey').set({ disposition }).where('id', '=', id).execute()
}

/** `answered → closed`, or the end of a survey without an answer. */
export async function markClosed(tx: Tx, ids: readonly Id[], disposition?: string): Promise<Id[]> {
  if (ids.length === 0) return []
  const rows = await tx
    .updateTable('survey')
    .set({ state: 'closed', lookAt: null, ...(disposition === undefined ? {} : { disposition }) })
    .where('id', '=', anyOf(ids))
    .where('state', 'in', ['open', 'expired', 'answered'])
    .returning('id')
    .execute()
  return rows.map(({ id }) => id)
}

/** Those of the ids that wait for a reply and are due to be reminded; each is looked at again when its time is over. */
export async function takeReminders(
  tx: Tx,
  ids: readonly Id[],
  remindAfterSeconds: number,
): Promise<{ id: Id; templateVersionId: string }[]> {
  const rows = await tx
    .updateTable('survey')
    .set((eb) => ({ lookAt: eb.ref('expiresAt') }))
    .where('id', '=', anyOf(ids))
    .where('state', '=', 'open')
    .where('expiresAt', '>', sql<Date>`now()`)
    .where('sentAt', '<=', nowPlus(-remindAfterSeconds))
    .returning(['id', 'templateVersionId'])
    .execute()
  return remindAfterSeconds > 0 ? rows : []
}

/** Those of the ids that still wait for a reply. */
export async function openAmong(tx: Tx, ids: readonly Id[]): Promise<Set<Id>> {
  const rows = await tx
    .selectFrom('survey')
    .select('id')
    .where('id', '=', anyOf(ids))
    .where('state', '=', 'open')
    .execute()
  return new Set(rows.map(({ id }) => id))
}

/** `open → expired` for those of the ids whose reply window is over. */
export async function markExpired(tx: Tx, ids: readonly Id[]): Promise<Id[]> {
  const rows = await tx
    .updateTable('survey')
    .set((eb) => ({ state: 'expired', disposition: 'no_reply', lookAt: eb.ref('lateUntil') }))
    .where('id', '=', anyOf(ids))
    .where('state', '=', 'open')
    .where('expiresAt', '<=', sql<Date>`now()`)
    .returning('id')
    .execute()
  return rows.map(({ id }) => id)
}

/** `expired → closed` for those of the ids whose late window is over too. */
export async function closeExpired(tx: Tx, ids: readonly Id[]): Promise<Id[]> {
  const rows = await tx
    .updateTable('survey')
    .set({ state: 'closed', lookAt: null })
    .where('id', '=', anyOf(ids))
    .where('state', '=', 'expired')
    .where('lateUntil', '<=', sql<Date>`now()`)
    .returning('id')
    .execute()
  return rows.map(({ id }) => id)
}

const claimSeconds = 60

/** Takes surveys whose window has ended, for the relay. */
export async function takeEnding(deps: Pick<Core, 'db'>, limit: number): Promise<Id[][]> {
  const { rows } = await sql<{ id: Id }>`
    WITH due AS (
      SELECT id FROM survey WHERE look_at <= now()
      ORDER BY look_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    UPDATE survey s SET look_at = now() + make_interval(secs => ${claimSeconds})
    WHERE s.id = ANY(ARRAY(SELECT id FROM due)) RETURNING s.id`.execute(deps.db)
  return inBatches(rows, 100)
}

/** Removes what was planned and never handed over; returns whether there was such a plan. */
export async function forgetPlan(tx: Tx, id: Id): Promise<boolean> {
  const survey = await tx
    .deleteFrom('survey')
    .where('id', '=', id)
    .where('state', '=', 'scheduled')
    .returning(['id', 'phoneHash'])
    .executeTakeFirst()
  if (survey) {
    await releaseSlots(tx, [survey])
    return true
  }
  const suppression = await tx
    .deleteFrom('suppression')
    .where('transactionId', '=', id)
    .executeTakeFirst()
  return suppression.numDeletedRows > 0n
}

export async function readSurvey(tx: Queryable, id: Id): Promise<Survey | null> {
  const row = await tx
    .selectFrom('survey')
    .select(surveyColumns)
    .where('id', '=', id)
    .executeTakeFirst()
  return (row as Survey | undefined) ?? null
}
