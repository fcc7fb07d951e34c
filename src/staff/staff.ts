import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { writeAudit } from '../foundation/audit.ts'
import type { Core } from '../foundation/core.ts'
import type { Queryable } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'

export const staffRoles = ['agent', 'supervisor', 'handler', 'administrator', 'auditor'] as const
export type StaffRole = (typeof staffRoles)[number]

export interface Staff {
  id: Id
  name: string
  role: StaffRole
  unitCode: string
}

/** Who calls: a source system, a reader of the feed, or a person. */
export type Caller =
  | { kind: 'source'; name: string; scopes: string[] }
  | { kind: 'feed'; name: string; scopes: string[] }
  | { kind: 'staff'; staff: Staff; scopes: string[] }

/** A fresh key and what is stored of it: 256 random bits need no slow hash. */
function freshKey(): { key: string; keyHash: Buffer } {
  const key = `hf_${randomBytes(32).toString('base64url')}`
  return { key, keyHash: hashKey(key) }
}

function hashKey(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}

async function issueKey(
  deps: Pick<Core, 'newId'>,
  tx: Queryable,
  holder: { kind: Caller['kind']; holder: string; scopes?: readonly string[] },
): Promise<string> {
  const { key, keyHash } = freshKey()
  await tx
    .insertInto('accessKey')
    .values({ id: deps.newId(), ...holder, scopes: [...(holder.scopes ?? [])], keyHash })
    .execute()
  await writeAudit(deps, tx, {
    actor: 'operator',
    action: 'key.issue',
    subjectKind: holder.kind,
    subject: holder.holder,
  })
  return key
}

/** Registers a source system, or gives a known one another key. The key is shown this once. */
export async function createSource(
  deps: Pick<Core, 'db' | 'newId'>,
  source: { name: string; silentAfterMinutes: number | null },
): Promise<string> {
  return deps.db.transaction().execute(async (tx) => {
    await tx
      .insertInto('source')
      .values(source)
      .onConflict((conflict) =>
        conflict.column('name').doUpdateSet({ silentAfterMinutes: source.silentAfterMinutes }),
      )
      .execute()
    return issueKey(deps, tx, { kind: 'source', holder: source.name })
  })
}

/** A key for a scoring pipeline that reads the outcome feed. */
export async function createFeedKey(
  deps: Pick<Core, 'db' | 'newId'>,
  name: string,
): Promise<string> {
  return issueKey(deps, deps.db, { kind: 'feed', holder: name })
}

/** Registers a person, with a key for the API. */
export async function createStaff(
  deps: Pick<Core, 'db' | 'newId'>,
  person: Omit<Staff, 'id'>,
): Promise<{ staff: Staff; key: string }> {
  return deps.db.transaction().execute(async (tx) => {
    const { id } = await tx
      .insertInto('staff')
      .values({ id: deps.newId(), ...person })
      .onConflict((conflict) =>
        conflict
          .column('name')
          .doUpdateSet({ role: person.role, unitCode: person.unitCode, active: true }),
      )
      .returning('id')
      .executeTakeFirstOrThrow()
    const key = await issueKey(deps, tx, { kind: 'staff', holder: id })
    return { staff: { id, ...person }, key }
  })
}

/** Who a key belongs to; null when it is unknown, revoked, or its person has left. */
export async function callerOfKey(deps: Pick<Core, 'db'>, key: string): Promise<Caller | null> {
  const row = await deps.db
    .selectFrom('accessKey')
    .leftJoin('staff', (join) =>
      join.onRef(sql`staff.id::text`, '=', 'accessKey.holder').on('staff.active', '=', true),
    )
    .select(['kind', 'holder', 'scopes', 'staff.id', 'staff.name', 'staff.role', 'staff.unitCode'])
    .where('keyHash', '=', hashKey(key))
    .where('revokedAt', 'is', null)
    .executeTakeFirst()
  if (!row) return null
  if (row.kind === 'source' || row.kind === 'feed') {
    return { kind: row.kind, name: row.holder, scopes: row.scopes }
  }
  if (row.id === null || row.name === null || row.role === null || row.unitCode === null)
    return null
  const staff = { id: row.id, name: row.name, role: row.role as StaffRole, unitCode: row.unitCode }
  return { kind: 'staff', staff, scopes: row.scopes }
}
