import { sql } from 'kysely'
import type { Queryable, Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import type { Sight } from '../unit/scope.ts'

// Not for staff of the units concerned (law 7); otherwise for everybody, since danger knows no scope.
const notConcerned = ({ never }: Sight) => sql<boolean>`NOT EXISTS (
  SELECT 1 FROM triage t
  WHERE t.reply_id = duty.reply_id AND t.concerned_units && ${[...never]}::text[])`

/** Urgent replies that ring, oldest first. */
export async function listRinging(tx: Queryable, sight: Sight, limit: number) {
  return tx
    .selectFrom('duty')
    .innerJoin('reply', 'reply.id', 'duty.replyId')
    .select(['duty.replyId', 'duty.caseId', 'duty.raisedAt', 'reply.phoneSealed'])
    .select(sql<Buffer>`coalesce(reply.read_sealed, reply.text_sealed)`.as('textSealed'))
    .where('duty.state', '=', 'ringing')
    .where(notConcerned(sight))
    .orderBy('duty.raisedAt')
    .limit(limit)
    .execute()
}

/** `ringing → taken`; false when somebody else was faster, or the person may not see it. */
export async function takeDuty(
  tx: Tx,
  replyId: Id,
  by: { staffId: Id; sight: Sight },
): Promise<boolean> {
  const result = await tx
    .updateTable('duty')
    .set({ state: 'taken', takenBy: by.staffId, takenAt: sql<Date>`now()` })
    .where('replyId', '=', replyId)
    .where('state', '=', 'ringing')
    .where(notConcerned(by.sight))
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}
