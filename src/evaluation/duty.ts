import { clearAlarm, climbingKind } from '../alarm/alarm.ts'
import { ladderStates } from '../alarm/ladder-state.ts'
import { writeAudit } from '../foundation/audit.ts'
import { AppError } from '../foundation/errors.ts'
import type { Id } from '../foundation/ids.ts'
import { maskPhone } from '../foundation/phone.ts'
import type { Staff } from '../staff/staff.ts'
import type { CaseTextDeps } from '../survey/case-text.ts'
import { sightOf } from '../unit/scope.ts'
import { listRinging, takeDuty } from './duty-store.ts'

/** Urgent replies that nobody has taken, oldest first, with the citizen's words and whom the alarm reached. */
export async function ringingDuties(deps: CaseTextDeps, staff: Staff, limit: number) {
  const sight = sightOf(await deps.units(), staff)
  const rows = await listRinging(deps.db, sight, limit)
  const ladders = await ladderStates(
    deps.db,
    rows.map(({ replyId }) => replyId),
  )
  return rows.map(({ phoneSealed, textSealed, ...row }) => ({
    ...row,
    ladder: ladders.get(row.replyId) ?? { toldAt: null, rungs: [] },
    phone: maskPhone(deps.vault.open(phoneSealed, 'phone')),
    text: deps.vault.open(textSealed, 'text'),
  }))
}

/** Takes an urgent reply: the list stops ringing for the others. */
export async function takeUrgent(deps: CaseTextDeps, staff: Staff, replyId: Id): Promise<void> {
  const sight = sightOf(await deps.units(), staff)
  await deps.db.transaction().execute(async (tx) => {
    if (!(await takeDuty(tx, replyId, { staffId: staff.id, sight }))) {
      throw new AppError('record.changed', { what: '紧急回复' })
    }
    await clearAlarm(tx, climbingKind, replyId)
    await writeAudit(deps, tx, {
      actor: `staff:${staff.id}`,
      action: 'duty.take',
      subjectKind: 'reply',
      subject: replyId,
    })
  })
}
