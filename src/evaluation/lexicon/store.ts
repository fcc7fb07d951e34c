import { sql } from 'kysely'
import type { Queryable, Tx } from '../../foundation/database.ts'
import type { Group } from '../../reply/lexicon/words.ts'
import type { Figures } from './check.ts'

export interface LexiconVersion {
  version: number
  groups: Group[]
  activatedAt: Date
  activatedBy: string
  why: string
}

const columns = ['version', 'groups', 'activatedAt', 'activatedBy', 'why'] as const

/** The words in force; null when there are only those of the program. */
export async function activeVersion(tx: Queryable): Promise<LexiconVersion | null> {
  const row = await tx
    .selectFrom('lexiconVersion')
    .select(columns)
    .where('state', '=', 'active')
    .executeTakeFirst()
  return (row as LexiconVersion | undefined) ?? null
}

export async function activeVersionNumber(tx: Queryable): Promise<number | null> {
  const row = await tx
    .selectFrom('lexiconVersion')
    .select('version')
    .where('state', '=', 'active')
    .executeTakeFirst()
  return row?.version ?? null
}

/** The version before the one in force. */
export async function versionBefore(
  tx: Queryable,
  version: number,
): Promise<LexiconVersion | null> {
  const row = await tx
    .selectFrom('lexiconVersion')
    .select(columns)
    .where('version', '<', version)
    .orderBy('version', 'desc')
    .executeTakeFirst()
  return (row as LexiconVersion | undefined) ?? null
}

/** All versions without their words, newest first. */
export async function listVersions(tx: Queryable) {
  return tx
    .selectFrom('lexiconVersion')
    .select(['version', 'state', 'activatedAt', 'activatedBy', 'why', 'figures'])
    .orderBy('version', 'desc')
    .limit(100)
    .execute()
}

/** Puts words in force as the next version, if `expected` still is the one in force; null when it is not. */
export async function replaceActive(
  tx: Tx,
  expected: number | null,
  next: { groups: readonly Group[]; figures: Figures | null; by: string; why: string },
): Promise<number | null> {
  // One at a time, also where there is no version yet whose row could be locked.
  await sql`SELECT pg_advisory_xact_lock(hashtext('huifang.lexicon'))`.execute(tx)
  if ((await activeVersionNumber(tx)) !== expected) return null
  await tx
    .updateTable('lexiconVersion')
    .set({ state: 'retired' })
    .where('state', '=', 'active')
    .execute()
  const { version } = await tx
    .insertInto('lexiconVersion')
    .values({
      version: sql<number>`(SELECT coalesce(max(version), 0) + 1 FROM lexicon_version)`,
      groups: JSON.stringify(next.groups),
      figures: JSON.stringify(next.figures ?? {}),
      state: 'active',
      activatedBy: next.by,
      why: next.why,
    })
    .returning('version')
    .executeTakeFirstOrThrow()
  return version
}
