import { sql } from 'kysely'
import { nowPlus, type Queryable, type Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import type { Rating } from '../foundation/rating.ts'
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
    dueProvisional: boolean
    notBefore: Date
  }[],
): Promise<Id[]> {
  const rows = await tx
    .insertInto('callback')
    .values(callbacks.map((callback) => ({ ...callback, state: 'waiting' })))
    .onConflict((conflict) =>
      conflict
        .column('caseId')
        // In so many words, as the index has it: a plan for all values proves nothing of parameters.
        .where(sql<boolean>`state IN ('waiting', 'claimed', 'talking')`)
        .doUpdateSet((eb) => ({
          origin: eb.ref('excluded.origin'),
          priority: eb.ref('excluded.priority'),
          dueAt: sql<Date>`least(callback.due_at, excluded.due_at)`,
          dueProvisional: sql<boolean>`CASE WHEN callback.due_at <= excluded.due_at
            THEN callback.due_provisional ELSE excluded.due_provisional END`,
        }))
        .where('callback.state', '=', 'waiting')
        .where('callback.origin', 'in', [...drawnOrigins])
        .where((eb) => eb('callback.priority', '<', eb.ref('excluded.priority'))),
    )
    .returning('caseId')
    .execute()
  return rows.map(({ caseId }) => caseId)
}

/** Callbacks at work whose deadline ran through a year that was not known. */
export async function provisionalCallbacks(db: Queryable, limit: number) {
  return db
    .selectFrom('callback')
    .select(['id', 'openedAt', 'dueAt'])
    .where('dueProvisional', '=', true)
    .where('state', 'in', ['waiting', 'claimed', 'talking'])
    .orderBy('id')
    .limit(limit)
    .execute()
}

export async function setDueAt(db: Queryable, id: Id, due: { at: Date; provisional: boolean }) {
  await db
    .updateTable('callback')
    .set({ dueAt: due.at, dueProvisional: due.provisional })
    .where('id', '=', id)
    .where('state', 'in', ['waiting', 'claimed', 'talking'])
    .execute()
}

/** All callbacks of these cases, oldest first, locked in this order. */
export async function lockCallbacks(
  tx: Tx,
  caseIds: readonly Id[],
): Promise<{ caseId: Id; state: string }[]> {
  if (caseIds.length === 0) return []
  // One look-up a case: a plan for all values compares every callback there is with every case.
  const { rows } = await sql<{ caseId: Id; state: string }>`
    SELECT k.case_id, k.state FROM (
      SELECT f.id FROM unnest(${[...caseIds]}::uuid[]) AS c(id)
      CROSS JOIN LATERAL (SELECT id FROM callback WHERE case_id = c.id OFFSET 0) f ORDER BY f.id) o
    CROSS JOIN LATERAL (SELECT case_id, state FROM callback WHERE id = o.id LIMIT 1 FOR UPDATE) k`.execute(
    tx,
  )
  return rows
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
