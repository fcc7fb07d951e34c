import { sql } from 'kysely'
import { anyOf, type Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'

/** One number and signature has one slot: the survey that holds it is the one that may text the number. */
export interface Slot {
  phoneHash: Buffer
  signature: string
  surveyId: Id
  priority: number
}

/** Slots that are taken at this moment, locked in the order of their keys. */
export async function lockSlots(
  tx: Tx,
  wanted: readonly Pick<Slot, 'phoneHash'>[],
): Promise<Map<string, Slot & { taken: boolean; floored: boolean }>> {
  if (wanted.length === 0) return new Map()
  const rows = await tx
    .selectFrom('openSurvey')
    .select([
      'phoneHash',
      'signature',
      'surveyId',
      'priority',
      sql<boolean>`free_at > now()`.as('taken'),
      sql<boolean>`coalesce(floor_until > now(), false)`.as('floored'),
    ])
    .where(
      'phoneHash',
      'in',
      wanted.map(({ phoneHash }) => phoneHash),
    )
    .orderBy('phoneHash')
    .orderBy('signature')
    .forUpdate()
    .execute()
  return new Map(rows.map((row) => [slotKey(row), row]))
}

export function slotKey(slot: Pick<Slot, 'phoneHash' | 'signature'>): string {
  return `${slot.phoneHash.toString('hex')}:${slot.signature}`
}

/**
 * Takes slots that are free, or held by one of those that give way; returns the surveys that got theirs.
 * Two transactions at once are settled by the primary key: the second waits, and then finds it taken.
 */
export async function takeSlots(
  tx: Tx,
  slots: readonly Slot[],
  givingWay: readonly Id[],
): Promise<Set<Id>> {
  if (slots.length === 0) return new Set()
  const rows = await tx
    .insertInto('openSurvey')
    .values(slots.map((slot) => ({ ...slot, freeAt: sql<Date>`'infinity'::timestamptz` })))
    .onConflict((conflict) =>
      conflict
        .columns(['phoneHash', 'signature'])
        .doUpdateSet((eb) => ({
          surveyId: eb.ref('excluded.surveyId'),
          priority: eb.ref('excluded.priority'),
          freeAt: eb.ref('excluded.freeAt'),
          floorUntil: null,
        }))
        .where((eb) =>
          eb.or([
            eb('openSurvey.freeAt', '<=', sql<Date>`now()`),
            eb('openSurvey.surveyId', '=', anyOf(givingWay)),
          ]),
        ),
    )
    .returning('surveyId')
    .execute()
  return new Set(rows.map(({ surveyId }) => surveyId))
}

/** The survey is over before a text of it can be answered: the number may be asked again at once. */
export async function releaseSlots(tx: Tx, surveyIds: readonly Id[]): Promise<void> {
  if (surveyIds.length === 0) return
  const hashes = await tx
    .selectFrom('survey')
    .select('phoneHash')
    .where('id', '=', anyOf(surveyIds))
    .execute()
  await tx
    .deleteFrom('openSurvey')
    .where('surveyId', '=', anyOf(surveyIds))
    .where(
      'phoneHash',
      'in',
      hashes.map(({ phoneHash }) => phoneHash),
    )
    .execute()
}
