import { sql } from 'kysely'
import type { Queryable } from '../foundation/database.ts'
import type { BlockKind } from './block-kinds.ts'

export type { BlockKind } from './block-kinds.ts'

export interface ContactBlock {
  phoneHash: Buffer
  kind: BlockKind
  origin: string
  /** Only texts about this person are stopped; without it, all texts to the number. */
  personHash?: Buffer | null
}

const anybody = Buffer.alloc(0)

/** Keeps a number from being texted; the hash outlives the erasure of everything else about it. */
export async function contactBlock(tx: Queryable, block: ContactBlock): Promise<void> {
  await contactBlocks(tx, [block])
}

/** The same for several numbers. */
export async function contactBlocks(tx: Queryable, blocks: readonly ContactBlock[]): Promise<void> {
  if (blocks.length === 0) return
  const rows = blocks.map((block) => ({ ...block, personHash: block.personHash ?? anybody }))
  await tx
    .insertInto('contactBlock')
    .values(rows.sort((a, b) => a.phoneHash.compare(b.phoneHash)))
    .onConflict((conflict) =>
      conflict
        .columns(['phoneHash', 'kind', 'personHash'])
        // One that somebody gave an end is for good again.
        .doUpdateSet((eb) => ({
          until: null,
          since: sql`now()`,
          origin: eb.ref('excluded.origin'),
        }))
        .where('contactBlock.until', 'is not', null),
    )
    .execute()
}

/** What a person decides about numbers: it takes the place of what stood there of this kind, but for a citizen's own opt-out. */
export async function setBlocks(
  tx: Queryable,
  phoneHashes: readonly Buffer[],
  entry: { kind: BlockKind; until: Date | null; reason: string; addedBy: string },
): Promise<void> {
  // In one order everywhere, so that two lists do not wait for each other; in parts, for PostgreSQL takes 65,535 parameters.
  const sorted = [...phoneHashes].sort((a, b) => a.compare(b))
  for (let start = 0; start < sorted.length; start += 2_000) {
    await tx
      .insertInto('contactBlock')
      .values(
        sorted
          .slice(start, start + 2_000)
          .map((phoneHash) => ({ ...entry, phoneHash, personHash: anybody, origin: 'list' })),
      )
      .onConflict((conflict) =>
        conflict
          .columns(['phoneHash', 'kind', 'personHash'])
          .doUpdateSet((eb) => ({
            until: eb.ref('excluded.until'),
            reason: eb.ref('excluded.reason'),
            addedBy: eb.ref('excluded.addedBy'),
            origin: eb.ref('excluded.origin'),
            since: sql`now()`,
          }))
          // What the citizen said stands until the citizen says otherwise.
          .where((eb) =>
            eb.or([
              eb('contactBlock.kind', '!=', 'opt_out'),
              eb('contactBlock.origin', '=', 'list'),
            ]),
          ),
      )
      .execute()
  }
}

/** Why a text about this person may not go to this number; null when it may. */
export type BlockOf = (phoneHash: Buffer | null, personHash: Buffer | null) => BlockKind | null

/**
 * What keeps these numbers from being texted. A block for one person stops texts about that person, and
 * those that do not say about whom they are; somebody else at the same number is not concerned.
 */
export async function blocksOf(tx: Queryable, phoneHashes: readonly Buffer[]): Promise<BlockOf> {
  if (phoneHashes.length === 0) return () => null
  const rows = await tx
    .selectFrom('contactBlock')
    .select(['phoneHash', 'kind', 'personHash'])
    .where('phoneHash', 'in', [...phoneHashes])
    .where((eb) => eb.or([eb('until', 'is', null), eb('until', '>', sql<Date>`now()`)]))
    .orderBy('kind')
    .execute()
  const byNumber = Map.groupBy(rows, (row) => row.phoneHash.toString('hex'))
  return (phoneHash, personHash) => {
    const blocks = phoneHash === null ? [] : (byNumber.get(phoneHash.toString('hex')) ?? [])
    const block = blocks.find(
      ({ personHash: about }) =>
        about.length === 0 || personHash === null || about.equals(personHash),
    )
    return (block?.kind as BlockKind | undefined) ?? null
  }
}

/** What keeps a number from being texted. */
export async function blocksAgainst(
  tx: Queryable,
  phoneHash: Buffer,
): Promise<{ kind: BlockKind; since: Date; until: Date | null }[]> {
  const rows = await tx
    .selectFrom('contactBlock')
    .select(['kind', 'since', 'until'])
    .where('phoneHash', '=', phoneHash)
    .orderBy('since')
    .execute()
  return rows as { kind: BlockKind; since: Date; until: Date | null }[]
}

/** The same with who said so and why, for those who keep the lists; what has ended is left out. */
export async function standingBlocks(tx: Queryable, phoneHash: Buffer) {
  return tx
    .selectFrom('contactBlock')
    .select(['kind', 'since', 'until', 'origin', 'reason', 'addedBy'])
    .where('phoneHash', '=', phoneHash)
    .where((eb) => eb.or([eb('until', 'is', null), eb('until', '>', sql<Date>`now()`)]))
    .orderBy('since')
    .execute()
}

/** Whoever opted out wants to be texted again. Returns whether an opt-out stood. */
export const liftOptOut = (tx: Queryable, phoneHash: Buffer) => liftBlock(tx, phoneHash, 'opt_out')

/** Forgets what of this kind stands against a number; returns whether anything did. */
export async function liftBlock(
  tx: Queryable,
  phoneHash: Buffer,
  kind: BlockKind,
): Promise<boolean> {
  const result = await tx
    .deleteFrom('contactBlock')
    .where('phoneHash', '=', phoneHash)
    .where('kind', '=', kind)
    .executeTakeFirst()
  return result.numDeletedRows > 0n
}

/** Lists that also keep people from phoning a number: opt-outs are of surveys alone. */
const callKinds = ['staff_number', 'excluded'] as const

/** The list that keeps a number from being phoned; null when none does. */
export async function callBlockOf(
  tx: Queryable,
  phoneHash: Buffer,
): Promise<(typeof callKinds)[number] | null> {
  const row = await tx
    .selectFrom('contactBlock')
    .select('kind')
    .where('phoneHash', '=', phoneHash)
    .where('kind', 'in', callKinds)
    .where((eb) => eb.or([eb('until', 'is', null), eb('until', '>', sql<Date>`now()`)]))
    .executeTakeFirst()
  return (row?.kind as (typeof callKinds)[number] | undefined) ?? null
}
