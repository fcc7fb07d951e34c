import { sql } from 'kysely'
import type { Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'

/** Callbacks that are claimed by nobody, or by somebody whose time is long over, wait again. */
export async function giveBack(tx: Tx, ids: readonly Id[]): Promise<void> {
  await sql`UPDATE callback SET state = 'waiting', lease_holder = NULL, lease_until = NULL
    WHERE id = ANY(${[...ids]}::uuid[]) AND state IN ('claimed', 'talking')
      AND (lease_until IS NULL OR lease_holder IS NULL OR lease_until < now())`.execute(tx)
}

/** Callbacks that nobody works at are held by nobody. */
export async function forgetHolders(tx: Tx, ids: readonly Id[]): Promise<void> {
  await sql`UPDATE callback SET lease_holder = NULL, lease_until = NULL
    WHERE id = ANY(${[...ids]}::uuid[]) AND state NOT IN ('claimed', 'talking')`.execute(tx)
}
