import type { Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'

/**
 * The feature on whose behalf a text goes out. Its own states move in the same transaction as the
 * message's, so that neither can be ahead of the other.
 */
export interface MessageOwner {
  /** Which of these cases still want their text; called before the intent is committed. */
  submitting(tx: Tx, caseIds: readonly Id[]): Promise<Set<Id>>
  accepted(tx: Tx, caseIds: readonly Id[]): Promise<void>
  unknown(tx: Tx, caseIds: readonly Id[]): Promise<void>
  /** The text will be tried again later. */
  requeued(tx: Tx, caseIds: readonly Id[]): Promise<void>
  /** The text will never go out. */
  failed(tx: Tx, cases: readonly { caseId: Id; reason: string }[]): Promise<void>
}

/** For texts that no other state depends on. */
export const noOwner: MessageOwner = {
  submitting: async (_tx, caseIds) => new Set(caseIds),
  accepted: async () => {},
  unknown: async () => {},
  requeued: async () => {},
  failed: async () => {},
}
