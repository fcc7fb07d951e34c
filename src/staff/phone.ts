import { writeAudit } from '../foundation/audit.ts'
import type { Core } from '../foundation/core.ts'
import type { Queryable } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'

/** The phone at which this person sits, by its name at the exchange; null when none was chosen. */
export async function phoneOfStaff(db: Queryable, staffId: Id): Promise<string | null> {
  const row = await db
    .selectFrom('staff')
    .select('extension')
    .where('id', '=', staffId)
    .executeTakeFirst()
  return row?.extension ?? null
}

/** Somebody sits down at a phone: whoever sat there before has left it. */
export async function choosePhone(
  deps: Pick<Core, 'db' | 'newId'>,
  staffId: Id,
  extension: string | null,
): Promise<void> {
  await deps.db.transaction().execute(async (tx) => {
    if (extension !== null) {
      await tx
        .updateTable('staff')
        .set({ extension: null })
        .where('extension', '=', extension)
        .where('id', '<>', staffId)
        .execute()
    }
    await tx.updateTable('staff').set({ extension }).where('id', '=', staffId).execute()
    await writeAudit(deps, tx, {
      actor: `staff:${staffId}`,
      action: 'staff.phone',
      subjectKind: 'staff',
      subject: staffId,
      details: { extension },
    })
  })
}

/** Who sits at which phone. */
export async function phonesInUse(db: Queryable): Promise<{ name: string; extension: string }[]> {
  const rows = await db
    .selectFrom('staff')
    .select(['name', 'extension'])
    .where('extension', 'is not', null)
    .where('active', '=', true)
    .orderBy('name')
    .execute()
  return rows.map(({ name, extension }) => ({ name, extension: extension! }))
}
