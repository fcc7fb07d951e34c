import { sql } from 'kysely'
import { dateAt } from '../foundation/clock.ts'
import type { Core } from '../foundation/core.ts'
import { nowPlus, type Queryable, type Tx } from '../foundation/database.ts'
import { idFloor, type Id } from '../foundation/ids.ts'
import type { Purpose } from '../template/template.ts'
import { queuedAtMostDays } from './take.ts'

export interface NewMessage {
  id: Id
  caseId: Id
  purpose: Purpose
  phoneHash: Buffer
  phoneSealed: Buffer
  templateVersionId: string
  params: Readonly<Record<string, string>>
  /** As they will be billed; the receipt says what they were. */
  segments: number
  /** The unit concerned; units take turns. */
  unitCode: string
  /** The higher goes out first; see `answerPriority`. */
  priority: number
  dueAt: Date
}

/** Of texts that answer a citizen, who is waiting: above every survey, whose priorities go up to 9. */
export const answerPriority = 10

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

/** Which of these numbers got a text of another matter or purpose than their survey's lately; hashes in hex. */
export async function otherTextLately(
  deps: Pick<Core, 'clock'>,
  tx: Tx,
  asked: readonly { phoneHash: Buffer; caseId: Id }[],
  withinHours: number,
): Promise<Set<string>> {
  if (asked.length === 0) return new Set()
  const withinMs = (withinHours + queuedAtMostDays * 24) * 3_600_000
  const earliest = idFloor(dateAt(deps.clock.nowMs() - withinMs))
  const { rows } = await sql<{ phoneHash: Buffer }>`
    SELECT a.phone_hash
    FROM unnest(${asked.map(({ phoneHash }) => phoneHash)}::bytea[],
      ${asked.map(({ caseId }) => caseId)}::uuid[]) AS a(phone_hash, case_id)
    -- One look-up a number: a join would read whole months of texts where the planner has not counted them yet.
    CROSS JOIN LATERAL (SELECT FROM message m
      WHERE m.phone_hash = a.phone_hash AND m.submitted_at > ${nowPlus(-withinHours * 3600)}
        AND m.id >= ${earliest}::uuid
        AND (m.case_id <> a.case_id OR m.purpose NOT IN ('ask', 'reminder'))
      LIMIT 1) other`.execute(tx)
  return new Set(rows.map(({ phoneHash }) => phoneHash.toString('hex')))
}
