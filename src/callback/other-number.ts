import { writeAudit } from '../foundation/audit.ts'
import { AppError } from '../foundation/errors.ts'
import type { Id } from '../foundation/ids.ts'
import { normalisePhone } from '../foundation/phone.ts'
import type { Staff } from '../staff/staff.ts'
import { entry, withHeld, type CallbackDeps } from './work.ts'

const faults = { empty: '请填写号码', characters: '含有号码以外的字符', format: '不是境内号码' }

/**
 * Calls the citizen of a callback by another number from now on, which the agent has found out (from the unit, say): the
 * one that came with the case was nobody's. The case keeps its own; who gave this one is in the audit, the number is not.
 */
export async function useOtherNumber(
  deps: CallbackDeps,
  staff: Staff,
  id: Id,
  number: string,
): Promise<void> {
  const read = normalisePhone(number)
  if (!read.ok) {
    throw new AppError('request.invalid', { field: 'number', reason: faults[read.reason] })
  }
  await withHeld(deps, staff, id, async (tx) => {
    await tx
      .updateTable('callback')
      .set({ otherPhoneSealed: deps.vault.seal(read.phone, 'phone') })
      .where('id', '=', id)
      .execute()
    await writeAudit(deps, tx, entry(staff, 'callback.other_number', id))
  })
}
