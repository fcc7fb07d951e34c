import { sql } from 'kysely'
import type { Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import type { Rating } from '../foundation/rating.ts'
import type { Finding } from './rules.ts'

export interface Review {
  callbackId: Id
  proposedRating: Rating | null
  proposedFinding: Finding | null
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
