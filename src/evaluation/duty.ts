import { writeAudit } from '../foundation/audit.ts'
import { AppError } from '../foundation/errors.ts'
import type { Id } from '../foundation/ids.ts'
import { clearAlarm } from '../alarm/alarm.ts'
import type { Staff } from '../staff/staff.ts'
import type { CaseTextDeps } from '../survey/case-text.ts'
import { takeDuty } from './triage-store.ts'

/** Takes an urgent reply: the list stops ringing for the others. */
export async function takeUrgent(deps: CaseTextDeps, staff: Staff, replyId: Id): Promise<void> {
  await deps.db.transaction().execute(async (tx) => {
    if (!(await takeDuty(tx, replyId, staff.id))) {
      throw new AppError('record.changed', { what: '紧急回复' })
    }
    await clearAlarm(tx, 'reply.urgent', replyId)
    await writeAudit(deps, tx, {
      actor: `staff:${staff.id}`,
      action: 'duty.take',
      subjectKind: 'reply',
      subject: replyId,
    })
  })
}
