import { sql } from 'kysely'
import type { Queryable } from '../foundation/database.ts'

export type BlockKind = 'opt_out' | 'provider_block' | 'wrong_person' | 'staff_number' | 'excluded'

/** Keeps a number from being texted; the hash outlives the erasure of everything else about it. */
export async function contactBlock(
  tx: Queryable,
  block: { phoneHash: Buffer; kind: BlockKind; origin: string },
): Promise<void> {
  await tx
    .insertInto('contactBlock')
    .values(block)
    .onConflict((conflict) => conflict.columns(['phoneHash', 'kind']).doNothing())
    .execute()
}

/** Which of these numbers may not be texted, and why. */
export async function blocksOf(
  tx: Queryable,
  phoneHashes: readonly Buffer[],
): Promise<Map<string, BlockKind>> {
  if (phoneHashes.length === 0) return new Map()
  const rows = await tx
    .selectFrom('contactBlock')
    .select(['phoneHash', 'kind'])
    .where('phoneHash', 'in', [...phoneHashes])
    .where((eb) => eb.or([eb('until', 'is', null), eb('until', '>', sql<Date>`now()`)]))
    .orderBy('kind')
    .execute()
  return new Map(rows.map((row) => [row.phoneHash.toString('hex'), row.kind as BlockKind]))
}
