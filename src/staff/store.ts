import { sql } from 'kysely'
import type { Queryable, Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import type { StaffRole } from './rules.ts'

export interface Staff {
  id: Id
  name: string
  role: StaffRole
  /** Where the person belongs: cases of this unit, those above and those below are not for them (law 7). */
  unitCode: string
  /** The part of the tree for which the person works; the root is the whole bureau. */
  scopeCode: string
}

const staffColumns = ['id', 'name', 'role', 'unitCode', 'scopeCode'] as const

export async function insertStaff(tx: Queryable, person: Staff): Promise<Staff | null> {
  const row = await tx
    .insertInto('staff')
    .values(person)
    .onConflict((conflict) => conflict.column('name').doNothing())
    .returning(staffColumns)
    .executeTakeFirst()
  return (row as Staff | undefined) ?? null
}

export type KnownStaff = Staff & { active: boolean; createdAt: Date }

/** Finds a person by id or name, locked for a change. */
export async function lockStaff(
  tx: Tx,
  by: { id: Id } | { name: string },
): Promise<KnownStaff | null> {
  const row = await tx
    .selectFrom('staff')
    .select([...staffColumns, 'active', 'createdAt'])
    .where((eb) => ('id' in by ? eb('id', '=', by.id) : eb('name', '=', by.name)))
    .forUpdate()
    .executeTakeFirst()
  return (row as KnownStaff | undefined) ?? null
}

export async function findStaff(db: Queryable, id: Id): Promise<Staff | null> {
  const row = await db
    .selectFrom('staff')
    .select(staffColumns)
    .where('id', '=', id)
    .executeTakeFirst()
  return (row as Staff | undefined) ?? null
}

export async function updateStaff(
  tx: Tx,
  id: Id,
  change: Partial<Pick<KnownStaff, 'role' | 'unitCode' | 'scopeCode' | 'active'>>,
): Promise<void> {
  await tx.updateTable('staff').set(change).where('id', '=', id).execute()
}

/** People of these units, by name; `within` null means all. */
export async function listStaff(db: Queryable, within: readonly string[] | null) {
  const rows = await db
    .selectFrom('staff')
    .leftJoin('staffPassword', 'staffPassword.staffId', 'staff.id')
    .select([
      'id',
      'name',
      'role',
      'unitCode',
      'scopeCode',
      'active',
      'createdAt',
      'mustChange',
      (eb) =>
        eb
          .selectFrom('session')
          .select((max) => max.fn.max('lastSeenAt').as('at'))
          .whereRef('session.staffId', '=', 'staff.id')
          .as('lastSeenAt'),
    ])
    .$if(within !== null, (query) => query.where(sql<boolean>`unit_code = ANY(${within}::text[])`))
    .orderBy('name')
    .execute()
  return rows as (KnownStaff & { mustChange: boolean | null; lastSeenAt: Date | null })[]
}

export async function savePassword(
  tx: Queryable,
  password: { staffId: Id; hash: string; mustChange: boolean },
): Promise<void> {
  await tx
    .insertInto('staffPassword')
    .values(password)
    .onConflict((conflict) =>
      conflict.column('staffId').doUpdateSet({
        hash: password.hash,
        mustChange: password.mustChange,
        setAt: sql`now()`,
      }),
    )
    .execute()
}

/** The same password under newer parameters. */
export async function replaceHash(db: Queryable, staffId: Id, hash: string): Promise<void> {
  await db.updateTable('staffPassword').set({ hash }).where('staffId', '=', staffId).execute()
}

/** What a sign-in by this name is measured by; null when nobody active has it. */
export async function findForSignIn(
  db: Queryable,
  by: { name: string } | { id: Id },
): Promise<{ staff: Staff; hash: string | null } | null> {
  const row = await db
    .selectFrom('staff')
    .leftJoin('staffPassword', 'staffPassword.staffId', 'staff.id')
    .select([...staffColumns, 'hash'])
    .where((eb) => ('id' in by ? eb('id', '=', by.id) : eb('name', '=', by.name)))
    .where('active', '=', true)
    .executeTakeFirst()
  if (!row) return null
  const { hash, ...staff } = row
  return { staff: staff as Staff, hash }
}
