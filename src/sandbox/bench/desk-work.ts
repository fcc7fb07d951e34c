import { createStaffKey } from '../../staff/keys.ts'
import { createStaff } from '../../staff/staff.ts'
import { centre } from './rows.ts'
import type { Stage } from './stage.ts'

/** People of the centre, with a key each. */
export async function hire(stage: Stage, people: number): Promise<string[]> {
  const keys: string[] = []
  for (let person = 0; person < people; person++) {
    const staff = await createStaff(stage.deps, 'bench', {
      name: `回访员${person}`,
      role: 'agent',
      unitCode: centre,
    })
    keys.push(await createStaffKey(stage.core, staff.id))
  }
  return keys
}

/** As after so many dissatisfied replies. */
export async function openCallbacks(stage: Stage, count: number): Promise<void> {
  const { db, clock, newId } = stage.core
  const cases = await db
    .selectFrom('survey')
    .select(['id', 'unitCode'])
    .orderBy('id')
    .limit(count)
    .execute()
  const now = clock.now()
  await db
    .insertInto('callback')
    .values(
      cases.map(({ id, unitCode }) => ({
        id: newId(),
        caseId: id,
        origin: 'dissatisfied',
        state: 'waiting',
        priority: 5,
        unitCode,
        dueAt: now,
        notBefore: now,
      })),
    )
    .execute()
}
