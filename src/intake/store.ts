import { sql } from 'kysely'
import type { Queryable, Tx } from '../foundation/database.ts'
import { AppError } from '../foundation/errors.ts'
import type { Id } from '../foundation/ids.ts'

export interface NewTransaction {
  id: Id
  source: string
  externalId: string
  business: string
  category: string | null
  unitCode: string
  officerCodes: readonly string[]
  phoneHash: Buffer | null
  phoneSealed: Buffer | null
  nameSealed: Buffer | null
  personHash: Buffer | null
  item: string | null
  flags: readonly string[]
  completedAt: Date
  withdrawn: boolean
}

export interface StandingKey {
  transactionId: Id
  contentHash: Buffer
}

/**
 * Claims the keys of these rows; returns, by the row's own id, the keys that stood already, locked. Keys
 * are taken in their order, so that two pushes of the same rows wait for each other instead of deadlocking.
 */
export async function claimKeys(
  tx: Tx,
  rows: readonly { id: Id; source: string; externalId: string; contentHash: Buffer }[],
): Promise<Map<Id, StandingKey>> {
  const sorted = [...rows].sort((a, b) => (a.externalId < b.externalId ? -1 : 1))
  const claimed = await tx
    .insertInto('transactionKey')
    .values(
      sorted.map(({ id, source, externalId, contentHash }) => ({
        source,
        externalId,
        transactionId: id,
        contentHash,
      })),
    )
    .onConflict((conflict) => conflict.columns(['source', 'externalId']).doNothing())
    .returning('transactionId')
    .execute()
  const fresh = new Set(claimed.map(({ transactionId }) => transactionId))
  const others = sorted.filter(({ id }) => !fresh.has(id))
  if (others.length === 0) return new Map()
  const standing = await tx
    .selectFrom('transactionKey')
    .select(['externalId', 'transactionId', 'contentHash'])
    .where('source', '=', others[0]!.source)
    .where(
      'externalId',
      'in',
      others.map(({ externalId }) => externalId),
    )
    .orderBy('externalId')
    .forUpdate()
    .execute()
  const byExternalId = new Map(standing.map((key) => [key.externalId, key]))
  return new Map(others.map(({ id, externalId }) => [id, byExternalId.get(externalId)!]))
}

export async function setContentHash(tx: Tx, transactionId: Id, row: StandingKeyUpdate) {
  await tx
    .updateTable('transactionKey')
    .set({ contentHash: row.contentHash })
    .where('source', '=', row.source)
    .where('externalId', '=', row.externalId)
    .where('transactionId', '=', transactionId)
    .execute()
}

interface StandingKeyUpdate {
  source: string
  externalId: string
  contentHash: Buffer
}

export async function insertTransactions(tx: Tx, rows: readonly NewTransaction[]): Promise<void> {
  if (rows.length === 0) return
  await tx
    .insertInto('transaction')
    .values(
      rows.map((row) => ({
        id: row.id,
        source: row.source,
        externalId: row.externalId,
        ...facts(row),
      })),
    )
    .execute()
}

/** Replaces what a transaction says; its id, its key and the time it came stay. */
export async function overwriteTransaction(tx: Tx, id: Id, row: NewTransaction): Promise<void> {
  await tx.updateTable('transaction').set(facts(row)).where('id', '=', id).execute()
}

function facts(row: NewTransaction) {
  return {
    business: row.business,
    category: row.category,
    unitCode: row.unitCode,
    officerCodes: [...row.officerCodes],
    phoneHash: row.phoneHash,
    phoneSealed: row.phoneSealed,
    nameSealed: row.nameSealed,
    personHash: row.personHash,
    item: row.item,
    flags: [...row.flags],
    completedAt: row.completedAt,
    withdrawnAt: row.withdrawn ? sql<Date>`now()` : null,
  }
}

export async function markWithdrawn(tx: Tx, id: Id): Promise<void> {
  await tx
    .updateTable('transaction')
    .set({ withdrawnAt: sql<Date>`now()` })
    .where('id', '=', id)
    .where('withdrawnAt', 'is', null)
    .execute()
}

export async function isWithdrawn(tx: Tx, id: Id): Promise<boolean> {
  const row = await tx
    .selectFrom('transaction')
    .select('withdrawnAt')
    .where('id', '=', id)
    .executeTakeFirst()
  return Boolean(row?.withdrawnAt)
}

export async function insertAmendment(
  tx: Tx,
  amendment: {
    id: Id
    transactionId: Id
    kind: 'amended' | 'cancelled'
    applied: boolean
    rowSealed: Buffer
  },
): Promise<void> {
  await tx.insertInto('amendment').values(amendment).execute()
}

/** Throws `source.unknown`: rows of a misspelt source would pass for other transactions. */
export async function requireSource(db: Queryable, name: string): Promise<void> {
  const known = await db.selectFrom('source').select('name').where('name', '=', name).execute()
  if (known.length === 0) throw new AppError('source.unknown', { name })
}
