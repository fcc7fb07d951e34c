import { sql } from 'kysely'
import { writeAudit } from '../foundation/audit.ts'
import type { Staff } from '../staff/staff.ts'
import { seesAllOf, sightOf } from '../unit/scope.ts'
import type { ShiftNote } from './schema/lead.ts'
import type { CallbackDeps } from './work.ts'

const shownAtMost = 5

/**
 * The latest words from shift to shift. One may be about any case that its writer saw: whoever may not see all
 * of those does not see it (law 7).
 */
export async function readShiftNotes(
  deps: Pick<CallbackDeps, 'db' | 'vault' | 'units'>,
  staff: Staff,
): Promise<ShiftNote[]> {
  const units = await deps.units()
  const reader = sightOf(units, staff)
  const writers = await deps.db
    .selectFrom('shiftNote')
    .select(['unitCode', 'scopeCode'])
    .distinct()
    .execute()
  const readable = writers.filter((writer) => seesAllOf(units, reader, sightOf(units, writer)))
  if (readable.length === 0) return []
  const rows = await deps.db
    .selectFrom('shiftNote')
    .innerJoin('staff', 'staff.id', 'shiftNote.byStaff')
    .select(['shiftNote.id', 'staff.name as by', 'at', 'textSealed'])
    .where(
      sql<boolean>`(shift_note.unit_code, shift_note.scope_code) IN (${sql.join(
        readable.map(({ unitCode, scopeCode }) => sql`(${unitCode}, ${scopeCode})`),
      )})`,
    )
    .orderBy('at', 'desc')
    .limit(shownAtMost)
    .execute()
  return rows.map(({ textSealed, ...note }) => ({
    ...note,
    text: deps.vault.open(textSealed, 'note'),
  }))
}

export async function writeShiftNote(
  deps: CallbackDeps,
  staff: Staff,
  text: string,
): Promise<void> {
  const id = deps.newId()
  const { unitCode, scopeCode } = staff
  await deps.db.transaction().execute(async (tx) => {
    await tx
      .insertInto('shiftNote')
      .values({
        id,
        byStaff: staff.id,
        unitCode,
        scopeCode,
        textSealed: deps.vault.seal(text, 'note'),
      })
      .execute()
    await writeAudit(deps, tx, {
      actor: `staff:${staff.id}`,
      action: 'shift.note',
      subjectKind: 'shift_note',
      subject: id,
    })
  })
}
