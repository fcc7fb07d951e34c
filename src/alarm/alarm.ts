import { sql } from 'kysely'
import type { Core } from '../foundation/core.ts'
import type { Queryable } from '../foundation/database.ts'

export interface Alarm {
  kind: string
  /** What it is about; one alarm stands per kind and subject. */
  subject: string
  /** In words for the person on duty, with what to do. */
  message: string
}

/** Alarms of this kind are for a person to take, and climb the ladder while nobody does. */
export const climbingKind = 'reply.urgent'

/** Raises an alarm, unless the same one stands already. Returns whether it is new. */
export async function raiseAlarm(
  deps: Pick<Core, 'newId'>,
  tx: Queryable,
  alarm: Alarm,
): Promise<boolean> {
  const result = await tx
    .insertInto('alarm')
    .values({ id: deps.newId(), ...alarm })
    .onConflict((conflict) =>
      conflict.columns(['kind', 'subject']).where('clearedAt', 'is', null).doNothing(),
    )
    .executeTakeFirst()
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
}

/** The cause is gone. */
export async function clearAlarm(tx: Queryable, kind: string, subject: string): Promise<void> {
  await tx
    .updateTable('alarm')
    .set({ clearedAt: sql`now()` })
    .where('kind', '=', kind)
    .where('subject', '=', subject)
    .where('clearedAt', 'is', null)
    .execute()
}

export async function standingAlarms(
  deps: Pick<Core, 'db'>,
): Promise<(Alarm & { raisedAt: Date })[]> {
  return deps.db
    .selectFrom('alarm')
    .select(['kind', 'subject', 'message', 'raisedAt'])
    .where('clearedAt', 'is', null)
    .orderBy('raisedAt')
    .execute()
}
