import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { writeAudit } from '../foundation/audit.ts'
import type { Core } from '../foundation/core.ts'
import type { Queryable } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import type { Staff } from './store.ts'

/** Who calls by a key: a source system, a reader of the feed, or a person's own program. */
export type KeyHolder =
  | { kind: 'source'; name: string; scopes: string[] }
  | { kind: 'feed'; name: string; scopes: string[] }
  | { kind: 'staff'; staff: Staff; scopes: string[] }

/** A secret of 256 random bits and what is stored of it: nobody guesses it, so it needs no slow hash. */
export function freshSecret(prefix = ''): { secret: string; hash: Buffer } {
  const secret = prefix + randomBytes(32).toString('base64url')
  return { secret, hash: hashSecret(secret) }
}

export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}

async function issueKey(
  deps: Pick<Core, 'newId'>,
  tx: Queryable,
  holder: { kind: KeyHolder['kind']; holder: string; scopes?: readonly string[] },
): Promise<string> {
  const { secret, hash } = freshSecret('hf_')
  await tx
    .insertInto('accessKey')
    .values({ id: deps.newId(), ...holder, scopes: [...(holder.scopes ?? [])], keyHash: hash })
    .execute()
  await writeAudit(deps, tx, {
    actor: 'operator',
    action: 'key.issue',
    subjectKind: holder.kind,
    subject: holder.holder,
  })
  return secret
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

/** A key by which a person's own program acts as that person. */
export async function createStaffKey(
  deps: Pick<Core, 'db' | 'newId'>,
  staffId: Id,
): Promise<string> {
  return issueKey(deps, deps.db, { kind: 'staff', holder: staffId })
}

/** Takes all keys of a person away. */
export async function revokeStaffKeys(tx: Queryable, staffId: Id): Promise<void> {
  await tx
    .updateTable('accessKey')
    .set({ revokedAt: sql`now()` })
    .where('kind', '=', 'staff')
    .where('holder', '=', staffId)
    .where('revokedAt', 'is', null)
    .execute()
}

type KeyRow = { kind: KeyHolder['kind']; holder: string; scopes: string[] } & (
  | Staff
  | Record<keyof Staff, null>
)

/** Who a key belongs to; null when it is unknown, revoked, or its person has left. */
export async function holderOfKey(deps: Pick<Core, 'db'>, key: string): Promise<KeyHolder | null> {
  // The holder is cast, not the person's id: the other way round no index serves.
  const { rows } = await sql<KeyRow>`
    SELECT kind, holder, scopes, staff.id, staff.name, staff.role, staff.unit_code, staff.scope_code
    FROM access_key LEFT JOIN staff ON staff.active AND staff.id = CASE WHEN kind = 'staff' THEN holder::uuid END
    WHERE key_hash = ${hashSecret(key)} AND revoked_at IS NULL`.execute(deps.db)
  const row = rows[0]
  if (!row) return null
  const { kind, holder, scopes, ...staff } = row
  if (kind === 'source' || kind === 'feed') return { kind, name: holder, scopes }
  return staff.id === null ? null : { kind: 'staff', staff, scopes }
}
