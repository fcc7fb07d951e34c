import { sql } from 'kysely'
import { nowPlus, type Queryable } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import { lockRules, lockSeconds, type LockKind } from './rules.ts'
import type { Staff } from './store.ts'

/**
 * Counts one try before it is judged, so that many at once cannot slip through, and bolts the door when
 * it was one too many. Returns for how many seconds it is bolted, or null when this try may go on.
 */
export async function countTry(
  db: Queryable,
  kind: LockKind,
  subject: string,
): Promise<number | null> {
  const { freeFailures, forgottenAfterSeconds } = lockRules[kind]
  const forgotten = sql<boolean>`f.last_at < ${nowPlus(-forgottenAfterSeconds)}`
  // The lock after one, two, … failures; the last one goes for all that follow.
  const locks = Array.from({ length: freeFailures + 8 }, (_, at) => lockSeconds(kind, at + 1))
  const { rows } = await sql<{ failures: number }>`
    INSERT INTO sign_in_failure AS f (kind, subject, failures, last_at)
    VALUES (${kind}, ${subject}, 1, now())
    ON CONFLICT (kind, subject) DO UPDATE SET
      failures = CASE WHEN ${forgotten} THEN 1 ELSE f.failures + 1 END,
      last_at = now(),
      locked_until = CASE WHEN ${forgotten} THEN NULL ELSE
        now() + make_interval(secs => (${locks}::float8[])[least(f.failures + 1, ${locks.length})]) END
    WHERE f.locked_until IS NULL OR f.locked_until <= now()
    RETURNING failures`.execute(db)
  if (rows.length > 0) return null
  const row = await db
    .selectFrom('signInFailure')
    .select(sql<number>`greatest(1, ceil(extract(epoch FROM locked_until - now())))::int`.as('s'))
    .where('kind', '=', kind)
    .where('subject', '=', subject)
    .executeTakeFirst()
  return row?.s ?? 1
}

/** The try was good. A name starts afresh; an address gets back only this one, for others sit behind it. */
export async function forgiveTry(db: Queryable, kind: LockKind, subject: string): Promise<void> {
  if (kind === 'name') {
    await db
      .deleteFrom('signInFailure')
      .where('kind', '=', kind)
      .where('subject', '=', subject)
      .execute()
    return
  }
  await db
    .updateTable('signInFailure')
    .set({ failures: sql`greatest(failures - 1, 0)`, lockedUntil: null })
    .where('kind', '=', kind)
    .where('subject', '=', subject)
    .execute()
}

export type SessionMethod = 'password' | 'single_sign_on'
export type EndReason =
  | 'signed_out'
  | 'revoked'
  | 'replaced'
  | 'password_changed'
  | 'person_changed'

export interface NewSession {
  id: Id
  staffId: Id
  tokenHash: Buffer
  method: SessionMethod
  address: string
  userAgent: string
}

export async function insertSession(
  db: Queryable,
  session: NewSession,
  absoluteHours: number,
): Promise<void> {
  await db
    .insertInto('session')
    .values({ ...session, expiresAt: nowPlus(absoluteHours * 3600) })
    .execute()
}

const alive = (idleMinutes: number) =>
  sql<boolean>`session.ended_at IS NULL AND session.expires_at > now()
    AND session.last_seen_at > ${nowPlus(-idleMinutes * 60)}`

/** The person behind a session that is alive by the database's clock, and whether they must change their password first. */
export async function findSession(
  db: Queryable,
  tokenHash: Buffer,
  idleMinutes: number,
): Promise<{ id: Id; staff: Staff; mustChangePassword: boolean } | null> {
  const row = await db
    .selectFrom('session')
    .innerJoin('staff', 'staff.id', 'session.staffId')
    .leftJoin('staffPassword', 'staffPassword.staffId', 'staff.id')
    .select([
      'session.id as sessionId',
      'session.method',
      'staff.id',
      'staff.name',
      'staff.role',
      'staff.unitCode',
      'staff.scopeCode',
      'mustChange',
    ])
    .where('tokenHash', '=', tokenHash)
    .where('staff.active', '=', true)
    .where(alive(idleMinutes))
    .executeTakeFirst()
  if (!row) return null
  const { sessionId, method, mustChange, ...staff } = row
  return {
    id: sessionId,
    staff: staff as Staff,
    mustChangePassword: method === 'password' && mustChange === true,
  }
}

/** Notes that the session is in use; at most once in 30 seconds, so that reading costs no writes. */
export async function touchSession(db: Queryable, id: Id): Promise<void> {
  await db
    .updateTable('session')
    .set({ lastSeenAt: sql`now()` })
    .where('id', '=', id)
    .where('lastSeenAt', '<', nowPlus(-30))
    .execute()
}

/** The sessions of a person that are alive, latest first. */
export async function listSessions(db: Queryable, staffId: Id, idleMinutes: number) {
  const rows = await db
    .selectFrom('session')
    .select(['id', 'method', 'address', 'userAgent', 'beganAt', 'lastSeenAt', 'expiresAt'])
    .where('staffId', '=', staffId)
    .where(alive(idleMinutes))
    .orderBy('lastSeenAt', 'desc')
    .execute()
  return rows as ((typeof rows)[number] & { method: SessionMethod })[]
}

/** Whose session this is; null when there is none that still stands. */
export async function ownerOfSession(db: Queryable, id: Id): Promise<Id | null> {
  const row = await db
    .selectFrom('session')
    .select('staffId')
    .where('id', '=', id)
    .where('endedAt', 'is', null)
    .executeTakeFirst()
  return row?.staffId ?? null
}

/** Ends sessions: one by its id or token, or all of a person but one. Returns how many. */
export async function endSessions(
  db: Queryable,
  which: { id: Id } | { tokenHash: Buffer } | { staffId: Id; but: Id | null },
  reason: EndReason,
): Promise<number> {
  const result = await db
    .updateTable('session')
    .set({ endedAt: sql`now()`, endReason: reason })
    .where('endedAt', 'is', null)
    .where((eb) => {
      if ('id' in which) return eb('id', '=', which.id)
      if ('tokenHash' in which) return eb('tokenHash', '=', which.tokenHash)
      const all = eb('staffId', '=', which.staffId)
      return which.but === null ? all : eb.and([all, eb('id', '!=', which.but)])
    })
    .executeTakeFirst()
  return Number(result.numUpdatedRows)
}

const keptDays = 90

/** Drops what nobody asks about any more. */
export async function dropOldSessions(db: Queryable): Promise<void> {
  await db
    .deleteFrom('session')
    .where('expiresAt', '<', nowPlus(-keptDays * 86_400))
    .execute()
  await db
    .deleteFrom('signInFailure')
    .where('lastAt', '<', nowPlus(-2 * 86_400))
    .execute()
}
