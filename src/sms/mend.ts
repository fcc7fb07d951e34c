import { sql } from 'kysely'
import type { Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'

/** Texts that wait and would never move: a machine looks at them when they are due. */
export async function wakeTexts(tx: Tx, ids: readonly Id[]): Promise<void> {
  await sql`UPDATE message SET look_at = greatest(now(), CASE WHEN state = 'queued' THEN due_at END)
    WHERE id = ANY(${[...ids]}::uuid[]) AND look_at IS NULL
      AND state IN ('queued', 'submitting', 'unknown')`.execute(tx)
}

/** Texts without a receipt that nobody would ask for: the provider is asked at the usual time. */
export async function askForReceipts(
  tx: Tx,
  ids: readonly Id[],
  receiptMissingSeconds: number,
): Promise<void> {
  await sql`UPDATE message SET look_at = greatest(now(),
      settled_at + make_interval(secs => ${receiptMissingSeconds}))
    WHERE id = ANY(${[...ids]}::uuid[]) AND state = 'accepted' AND delivery IS NULL
      AND look_at IS NULL`.execute(tx)
}

/** Pushes that nobody would ever understand: they are looked at at once. */
export async function wakeInbound(tx: Tx, ids: readonly Id[]): Promise<void> {
  await sql`UPDATE inbound SET look_at = now()
    WHERE id = ANY(${[...ids]}::uuid[]) AND state = 'raw' AND look_at IS NULL`.execute(tx)
}
