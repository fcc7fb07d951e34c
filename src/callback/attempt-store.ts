import { sql } from 'kysely'
import type { Core } from '../foundation/core.ts'
import { nowPlus, type Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import type { Rating } from '../foundation/rating.ts'
import type { AfterAttempt, AttemptResult, Finding } from './rules.ts'
import { columns, type Callback } from './store.ts'

export interface NewAttempt {
  id: Id
  callbackId: Id
  ordinal: number
  result: AttemptResult
  byStaff: Id
  rating: Rating | null
  finding: Finding | null
  reasons: readonly string[]
  wishSealed: Buffer | null
  noteSealed: Buffer | null
  next: AfterAttempt
}

/** Writes a try; it waits `undoSeconds` until what follows is done. Returns until when. */
export async function insertAttempt(
  tx: Tx,
  attempt: NewAttempt,
  undoSeconds: number,
): Promise<Date> {
  const { next, ...row } = attempt
  const { settleAt } = await tx
    .insertInto('attempt')
    .values({
      ...row,
      reasons: [...row.reasons],
      nextState: next.state,
      nextReason: next.state === 'waiting' ? null : next.reason,
      nextNotBefore: next.state === 'waiting' ? next.notBefore : null,
      settleAt: nowPlus(undoSeconds),
    })
    .returning('settleAt')
    .executeTakeFirstOrThrow()
  return settleAt!
}

/** A recorded try whose consequences are not yet drawn. */
export interface UnsettledAttempt {
  id: Id
  callbackId: Id
  result: AttemptResult
  byStaff: Id
  rating: Rating | null
  finding: Finding | null
  next: AfterAttempt
}

const attemptColumns = [
  'id',
  'callbackId',
  'result',
  'byStaff',
  'rating',
  'finding',
  'nextState',
  'nextReason',
  'nextNotBefore',
] as const

/** Unsettled tries whose time has come. */
export async function settlingAttempts(deps: Pick<Core, 'db'>, limit: number): Promise<Id[]> {
  const rows = await deps.db
    .selectFrom('attempt')
    .select('id')
    .where('settleAt', '<=', sql<Date>`now()`)
    .orderBy('settleAt')
    .limit(limit)
    .execute()
  return rows.map(({ id }) => id)
}

/** The try, locked, if it still waits to be settled and no other process is at it. */
export async function lockSettling(tx: Tx, attemptId: Id): Promise<UnsettledAttempt | null> {
  const row = await tx
    .selectFrom('attempt')
    .select(attemptColumns)
    .where('id', '=', attemptId)
    .where('settleAt', '<=', sql<Date>`now()`)
    .forUpdate()
    .skipLocked()
    .executeTakeFirst()
  return row ? asUnsettled(row as AttemptRow) : null
}

/** This person's unsettled try of a callback, locked, while it may still be undone. */
export async function lockUndoable(
  tx: Tx,
  callbackId: Id,
  staffId: Id,
): Promise<UnsettledAttempt | null> {
  const row = await tx
    .selectFrom('attempt')
    .select(attemptColumns)
    .where('callbackId', '=', callbackId)
    .where('byStaff', '=', staffId)
    .where('settleAt', '>', sql<Date>`now()`)
    .forUpdate()
    .executeTakeFirst()
  return row ? asUnsettled(row as AttemptRow) : null
}

export async function lockCallback(tx: Tx, id: Id): Promise<Callback> {
  const row = await tx
    .selectFrom('callback')
    .select(columns)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirstOrThrow()
  return row as Callback
}

export async function markSettled(tx: Tx, attemptId: Id): Promise<void> {
  await tx.updateTable('attempt').set({ settleAt: null }).where('id', '=', attemptId).execute()
}

/** A try that was undone never happened for the citizen; the audit keeps that it was recorded. */
export async function deleteAttempt(tx: Tx, attemptId: Id): Promise<void> {
  await tx.deleteFrom('attempt').where('id', '=', attemptId).execute()
}

/** The agent who undid a result works on it again. */
export async function resumeWork(
  tx: Pick<Core['db'], 'updateTable'>,
  id: Id,
  leaseSeconds: number,
): Promise<void> {
  await tx
    .updateTable('callback')
    .set({ leaseUntil: nowPlus(leaseSeconds) })
    .where('id', '=', id)
    .where('state', '=', 'talking')
    .execute()
}

interface AttemptRow extends Omit<UnsettledAttempt, 'next'> {
  nextState: AfterAttempt['state']
  nextReason: string | null
  nextNotBefore: Date | null
}

function asUnsettled({ nextState, nextReason, nextNotBefore, ...row }: AttemptRow) {
  const next: AfterAttempt =
    nextState === 'waiting'
      ? { state: nextState, notBefore: nextNotBefore! }
      : { state: nextState, reason: nextReason }
  return { ...row, next }
}
