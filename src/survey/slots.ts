import { expressionBuilder, sql } from 'kysely'
import { anyOf, nowPlus, type Tx } from '../foundation/database.ts'
import type { DB } from '../foundation/db-types.ts'
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

/** A survey, and the number by which its slot is found. */
export interface SlotHolder {
  id: Id
  phoneHash: Buffer
}

/** The texts of these surveys are out: from now on their slots end by themselves. */
export async function timeSlots(
  tx: Tx,
  holders: readonly SlotHolder[],
  { freeSeconds, floorSeconds }: { freeSeconds: number; floorSeconds: number },
): Promise<void> {
  if (holders.length === 0) return
  await tx
    .updateTable('openSurvey')
    .set({
      freeAt: nowPlus(freeSeconds),
      floorUntil: floorSeconds > 0 ? nowPlus(floorSeconds) : null,
    })
    .where(heldBy(holders))
    .execute()
}

/** These surveys are over before a text of them can be answered: the numbers may be asked again at once. */
export async function releaseSlots(tx: Tx, holders: readonly SlotHolder[]): Promise<void> {
  if (holders.length === 0) return
  await tx.deleteFrom('openSurvey').where(heldBy(holders)).execute()
}

// By the number, with which the key begins; another survey may have its slot by now.
function heldBy(holders: readonly SlotHolder[]) {
  const eb = expressionBuilder<DB, 'openSurvey'>()
  return eb.and([
    eb(
      'surveyId',
      'in',
      holders.map(({ id }) => id),
    ),
    eb(
      'phoneHash',
      'in',
      holders.map(({ phoneHash }) => phoneHash),
    ),
  ])
}
