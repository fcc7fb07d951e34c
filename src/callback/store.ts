import { sql } from 'kysely'
import type { Core } from '../foundation/core.ts'
import { nowPlus, type Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import type { Rating } from '../foundation/rating.ts'
import { whereInSight, type Sight } from '../unit/scope.ts'
import { drawnOrigins, type CallbackOrigin, type CallbackState, type Finding } from './rules.ts'

export interface Callback {
  id: Id
  caseId: Id
  origin: CallbackOrigin
  state: CallbackState
  unitCode: string
  openedAt: Date
  dueAt: Date
  notBefore: Date
  attempts: number
  leaseHolder: Id | null
  leaseUntil: Date | null
}

export const columns = [
  'id',
  'caseId',
  'origin',
  'state',
  'unitCode',
  'openedAt',
  'dueAt',
  'notBefore',
  'attempts',
  'leaseHolder',
  'leaseUntil',
] as const

/**
 * Opens callbacks, each unless one is at work for its case already; returns the cases of those opened. One
 * that waits for a lesser reason takes on the weightier one, with its place in the queue, and counts as opened.
 */
export async function insertCallbacks(
  tx: Tx,
  callbacks: readonly {
    id: Id
    caseId: Id
    origin: CallbackOrigin
    priority: number
    unitCode: string
    dueAt: Date
    notBefore: Date
  }[],
): Promise<Id[]> {
  const rows = await tx
    .insertInto('callback')
    .values(callbacks.map((callback) => ({ ...callback, state: 'waiting' })))
    .onConflict((conflict) =>
      conflict
        .column('caseId')
        .where('state', 'in', ['waiting', 'claimed', 'talking'])
        .doUpdateSet((eb) => ({
          origin: eb.ref('excluded.origin'),
          priority: eb.ref('excluded.priority'),
          dueAt: sql<Date>`least(callback.due_at, excluded.due_at)`,
        }))
        .where('callback.state', '=', 'waiting')
        .where('callback.origin', 'in', [...drawnOrigins])
        .where((eb) => eb('callback.priority', '<', eb.ref('excluded.priority'))),
    )
    .returning('caseId')
    .execute()
  return rows.map(({ caseId }) => caseId)
}

/** All callbacks of these cases, oldest first, locked in this order. */
export async function lockCallbacks(
  tx: Tx,
  caseIds: readonly Id[],
): Promise<{ caseId: Id; state: string }[]> {
  if (caseIds.length === 0) return []
  return tx
    .selectFrom('callback')
    .select(['caseId', 'state'])
    .where('caseId', 'in', [...caseIds])
    .orderBy('id')
    .forUpdate()
    .execute()
}

/**
 * Gives the next waiting callback to one person: people pull, and two who pull at once get two different
 * ones. Cases out of sight are not seen at all (law 7). Lease by the database's clock.
 */
export async function claimNext(
  deps: Pick<Core, 'db'>,
  claim: { staffId: Id; sight: Sight; leaseSeconds: number },
): Promise<Callback | null> {
  const row = await deps.db
    .updateTable('callback')
    .set({
      state: 'claimed',
      leaseHolder: claim.staffId,
      leaseUntil: nowPlus(claim.leaseSeconds),
    })
    .where('id', '=', (eb) =>
      eb
        .selectFrom('callback')
        .select('id')
        .where('state', '=', 'waiting')
        .where('notBefore', '<=', sql<Date>`now()`)
        .where(whereInSight('callback.unit_code', claim.sight))
        .orderBy('priority', 'desc')
        .orderBy('dueAt')
        .limit(1)
        .forUpdate()
        .skipLocked(),
    )
    .where('state', '=', 'waiting')
    .returning(columns)
    .executeTakeFirst()
  return (row as Callback | undefined) ?? null
}

/** Gives one waiting callback to a person; null when somebody else was faster, or may not see it. */
export async function claimOne(
  tx: Tx,
  id: Id,
  claim: { staffId: Id; sight: Sight; leaseSeconds: number },
): Promise<Callback | null> {
  const row = await tx
    .updateTable('callback')
    .set({
      state: 'claimed',
      leaseHolder: claim.staffId,
      leaseUntil: nowPlus(claim.leaseSeconds),
    })
    .where('id', '=', id)
    .where('state', '=', 'waiting')
    .where(whereInSight('callback.unit_code', claim.sight))
    .returning(columns)
    .executeTakeFirst()
  return (row as Callback | undefined) ?? null
}

/** The callback if this person holds its lease at this moment and may still see it, locked; else null. */
export async function lockHeld(
  tx: Tx,
  id: Id,
  staffId: Id,
  sight: Sight,
): Promise<Callback | null> {
  const row = await tx
    .selectFrom('callback')
    .select(columns)
    .where('id', '=', id)
    .where('leaseHolder', '=', staffId)
    .where('leaseUntil', '>', sql<Date>`now()`)
    .where('state', 'in', ['claimed', 'talking'])
    .where(whereInSight('callback.unit_code', sight))
    .forUpdate()
    .executeTakeFirst()
  return (row as Callback | undefined) ?? null
}

export async function extendLease(tx: Tx, id: Id, leaseSeconds: number): Promise<Date> {
  const row = await tx
    .updateTable('callback')
    .set({ leaseUntil: nowPlus(leaseSeconds) })
    .where('id', '=', id)
    .returning('leaseUntil')
    .executeTakeFirstOrThrow()
  return row.leaseUntil!
}

/** `claimed → talking`. */
export async function markTalking(tx: Tx, id: Id, leaseSeconds: number): Promise<void> {
  await tx
    .updateTable('callback')
    .set({ state: 'talking', leaseUntil: nowPlus(leaseSeconds) })
    .where('id', '=', id)
    .where('state', '=', 'claimed')
    .execute()
}

/** A result is recorded and may still be undone: nobody's lease runs, and nobody else can claim it. */
export async function holdUnsettled(tx: Tx, id: Id): Promise<void> {
  await tx
    .updateTable('callback')
    .set({ state: 'talking', leaseUntil: null })
    .where('id', '=', id)
    .where('state', 'in', ['claimed', 'talking'])
    .execute()
}

/** The lease goes to somebody else, from whoever holds it or from the queue. */
export async function passLease(
  tx: Tx,
  id: Id,
  to: { staffId: Id; leaseSeconds: number },
): Promise<boolean> {
  const result = await tx
    .updateTable('callback')
    .set((eb) => ({
      state: eb.case().when('state', '=', 'waiting').then('claimed').else(eb.ref('state')).end(),
      leaseHolder: to.staffId,
      leaseUntil: nowPlus(to.leaseSeconds),
    }))
    .where('id', '=', id)
    .where('state', 'in', ['waiting', 'claimed', 'talking'])
    // A result that may still be undone stays with the one who recorded it.
    .where((eb) => eb.or([eb('state', '=', 'waiting'), eb('leaseUntil', 'is not', null)]))
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** Back to the queue, from the person who holds it. */
export async function markWaiting(
  tx: Tx,
  id: Id,
  facts: { notBefore?: Date; countAttempt: boolean },
): Promise<void> {
  await tx
    .updateTable('callback')
    .set((eb) => ({
      state: 'waiting',
      leaseHolder: null,
      leaseUntil: null,
      ...(facts.notBefore ? { notBefore: facts.notBefore } : {}),
      ...(facts.countAttempt ? { attempts: eb('attempts', '+', 1) } : {}),
    }))
    .where('id', '=', id)
    .where('state', 'in', ['claimed', 'talking'])
    .execute()
}

export async function markEnded(
  tx: Tx,
  id: Id,
  end: {
    state: 'resolved' | 'unreachable' | 'cancelled'
    reason: string | null
    finding: Finding | null
    laterRating: Rating | null
  },
): Promise<void> {
  await tx
    .updateTable('callback')
    .set((eb) => ({
      state: end.state,
      closeReason: end.reason,
      finding: end.finding,
      laterRating: end.laterRating,
      closedAt: sql<Date>`now()`,
      leaseHolder: null,
      leaseUntil: null,
      attempts: eb('attempts', '+', 1),
    }))
    .where('id', '=', id)
    .where('state', 'in', ['claimed', 'talking'])
    .execute()
}

/** Leases that ran out: their callbacks wait again. Returns how many. */
export async function returnExpiredLeases(deps: Pick<Core, 'db'>): Promise<number> {
  const result = await deps.db
    .updateTable('callback')
    .set({ state: 'waiting', leaseHolder: null, leaseUntil: null })
    .where('leaseUntil', '<=', sql<Date>`now()`)
    .where('state', 'in', ['claimed', 'talking'])
    .executeTakeFirst()
  return Number(result.numUpdatedRows)
}

export interface Review {
  callbackId: Id
  proposedRating: Rating | null
  proposedFinding: Finding
  proposedBy: Id
  state: string
  caseId: Id
  unitCode: string
}

export async function insertReview(
  tx: Tx,
  review: Pick<Review, 'callbackId' | 'proposedRating' | 'proposedFinding' | 'proposedBy'>,
): Promise<void> {
  await tx
    .insertInto('ratingReview')
    .values({ ...review, state: 'waiting' })
    .execute()
}

export async function lockReview(tx: Tx, callbackId: Id): Promise<Review | null> {
  const row = await tx
    .selectFrom('ratingReview')
    .innerJoin('callback', 'callback.id', 'ratingReview.callbackId')
    .select([
      'ratingReview.callbackId',
      'proposedRating',
      'proposedFinding',
      'proposedBy',
      'ratingReview.state',
      'callback.caseId',
      'callback.unitCode',
    ])
    .where('ratingReview.callbackId', '=', callbackId)
    .forUpdate('ratingReview')
    .executeTakeFirst()
  return (row as Review | undefined) ?? null
}

export async function decideReview(
  tx: Tx,
  review: Review,
  decision: { approve: boolean; by: Id },
): Promise<void> {
  await tx
    .updateTable('ratingReview')
    .set({
      state: decision.approve ? 'approved' : 'refused',
      decidedBy: decision.by,
      decidedAt: sql<Date>`now()`,
    })
    .where('callbackId', '=', review.callbackId)
    .where('state', '=', 'waiting')
    .execute()
  if (!decision.approve) return
  await tx
    .updateTable('callback')
    .set({ laterRating: review.proposedRating, finding: review.proposedFinding })
    .where('id', '=', review.callbackId)
    .execute()
}
