import type { Core } from '../foundation/core.ts'
import type { Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import { nextInWindow } from '../foundation/calendar.ts'
import type { Policy } from '../policy/policy.ts'
import { callbackDueAt, originPriority, type CallbackOrigin } from './rules.ts'
import { insertCallback } from './store.ts'

/** Opens a callback for a case, with its deadline. Null when one is at work already: the case is called once. */
export async function openCallback(
  deps: Core & { policy: () => Promise<Policy> },
  tx: Tx,
  wanted: { caseId: Id; unitCode: string; origin: CallbackOrigin },
): Promise<Id | null> {
  const { callback } = await deps.policy()
  const now = deps.clock.now()
  return insertCallback(tx, {
    id: deps.newId(),
    ...wanted,
    priority: originPriority[wanted.origin],
    dueAt: callbackDueAt(now, callback),
    notBefore: nextInWindow(now, callback.callingWindow),
  })
}
