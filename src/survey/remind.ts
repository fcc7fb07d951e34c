import { nextInWindow } from '../foundation/calendar.ts'
import type { Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import { noOwner, type MessageOwner } from '../sms/owner.ts'
import { textCitizens, type CaseTextDeps } from './case-text.ts'
import { sameScale } from './rules.ts'
import { openAmong, takeReminders } from './store.ts'

/**
 * Reminds the citizens among these who were asked long enough ago and said nothing; once a survey, for its text has
 * a purpose of its own (law 4). Only with a text of the same signature and scale: a reply must mean what it meant.
 */
export async function remind(deps: CaseTextDeps, tx: Tx, ids: readonly Id[]): Promise<void> {
  const { survey: policy } = await deps.policy()
  const due = await takeReminders(tx, ids, policy.remindAfterSeconds)
  const askedBy = new Map(
    await Promise.all(
      due.map(async ({ id, templateVersionId }) => {
        return [id, await deps.templates.byId(templateVersionId)] as const
      }),
    ),
  )
  await textCitizens(deps, tx, {
    caseIds: due.map(({ id }) => id),
    purpose: 'reminder',
    priority: 0,
    dueAt: nextInWindow(deps.clock.now(), policy.sendingWindow),
    fits(template, caseId) {
      const asked = askedBy.get(caseId)
      return asked?.signature === template.signature && sameScale(asked.scale, template.scale)
    },
  })
}

/** A reminder is not sent to whom replied, or whose time is over, since it was queued. */
export const reminderOwner: MessageOwner = {
  ...noOwner,
  submitting: (tx, caseIds) => openAmong(tx, caseIds),
}
