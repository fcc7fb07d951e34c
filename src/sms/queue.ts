import { sql } from 'kysely'
import { nowPlus, type Queryable, type Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import type { Purpose } from '../template/template.ts'

export interface NewMessage {
  id: Id
  caseId: Id
  purpose: Purpose
  phoneHash: Buffer
  phoneSealed: Buffer
  templateVersionId: string
  params: Readonly<Record<string, string>>
  dueAt: Date
}

/**
 * Queues texts. A case gets each purpose once: where the text of that purpose stands already, nothing
 * is queued (law 4). Returns the ids of those that were.
 */
export async function queueMessages(tx: Queryable, messages: readonly NewMessage[]): Promise<Id[]> {
  if (messages.length === 0) return []
  const claimed = await tx
    .insertInto('messageKey')
    .values(messages.map(({ caseId, purpose, id }) => ({ caseId, purpose, messageId: id })))
    .onConflict((conflict) => conflict.columns(['caseId', 'purpose']).doNothing())
    .returning('messageId')
    .execute()
  const ids = new Set(claimed.map(({ messageId }) => messageId))
  const fresh = messages.filter(({ id }) => ids.has(id))
  if (fresh.length === 0) return []
  await tx
    .insertInto('message')
    .values(
      fresh.map((message) => ({
        ...message,
        params: JSON.stringify(message.params),
        state: 'queued',
        lookAt: message.dueAt,
      })),
    )
    .execute()
  return fresh.map(({ id }) => id)
}

/** Takes back the texts of cases that were not handed to the provider yet; returns the cases whose text it was. */
export async function dropQueued(
  tx: Tx,
  caseIds: readonly Id[],
  purpose: Purpose,
  reason: string,
): Promise<Id[]> {
  if (caseIds.length === 0) return []
  const rows = await tx
    .updateTable('message')
    .set({ state: 'dropped', reason, lookAt: null, settledAt: sql`now()` })
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('messageKey')
        .select('messageId')
        .where('caseId', 'in', [...caseIds])
        .where('purpose', '=', purpose),
    )
    .where('state', '=', 'queued')
    .returning('caseId')
    .execute()
  return rows.map(({ caseId }) => caseId)
}

/** Forgets a text that was never handed over, so that an amended transaction can be planned anew. */
export async function forgetQueued(tx: Tx, caseId: Id, purpose: Purpose): Promise<boolean> {
  const removed = await tx
    .deleteFrom('message')
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('messageKey')
        .select('messageId')
        .where('caseId', '=', caseId)
        .where('purpose', '=', purpose),
    )
    .where('state', '=', 'queued')
    .executeTakeFirst()
  if (removed.numDeletedRows === 0n) return false
  await tx
    .deleteFrom('messageKey')
    .where('caseId', '=', caseId)
    .where('purpose', '=', purpose)
    .execute()
  return true
}

/** Whether a text of another matter or purpose went to this number lately. */
export async function otherTextLately(
  tx: Tx,
  phoneHash: Buffer,
  caseId: Id,
  withinHours: number,
): Promise<boolean> {
  const row = await tx
    .selectFrom('message')
    .select('id')
    .where('phoneHash', '=', phoneHash)
    .where('submittedAt', '>', nowPlus(-withinHours * 3600))
    .where((eb) =>
      eb.or([eb('caseId', '!=', caseId), eb('purpose', 'not in', ['ask', 'reminder'])]),
    )
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}
