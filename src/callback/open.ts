import type { Core } from '../foundation/core.ts'
import type { Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import { nextInWindow } from '../foundation/calendar.ts'
import { calendarOf } from '../policy/calendar.ts'
import type { Policy } from '../policy/policy.ts'
import { callbackDueAt, originPriority, type CallbackOrigin } from './rules.ts'
import { insertCallbacks, lockCallbacks } from './store.ts'

export interface WantedCallback {
  caseId: Id
  unitCode: string
  origin: CallbackOrigin
}

/**
 * Opens callbacks, with their deadlines. Where one is at work already none is opened: a case is called
 * once; one that was drawn and waits becomes the weightier one. Returns the cases that got theirs.
 */
export async function openCallbacks(
  deps: Core & { policy: () => Promise<Policy> },
  tx: Tx,
  wanted: readonly WantedCallback[],
): Promise<Id[]> {
  if (wanted.length === 0) return []
  const { callback, calendar } = await deps.policy()
  const now = deps.clock.now()
  const due = callbackDueAt(now, callback, calendarOf(calendar))
  const times = {
    dueAt: due.at,
    dueProvisional: due.provisional,
    notBefore: nextInWindow(now, callback.callingWindow),
  }
  return insertCallbacks(
    tx,
    wanted.map((each) => ({
      id: deps.newId(),
      ...each,
      ...times,
      priority: originPriority[each.origin],
    })),
  )
}

/**
 * The cases among these whose citizen was reached by a call that is over. Locks the callbacks of all of
 * them: who changes both a callback and its survey takes the callback first.
 */
export async function casesSettledByCall(tx: Tx, caseIds: readonly Id[]): Promise<Set<Id>> {
  const callbacks = await lockCallbacks(tx, caseIds)
  return new Set(callbacks.filter(({ state }) => state === 'resolved').map(({ caseId }) => caseId))
}
