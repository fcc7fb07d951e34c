import { sql } from 'kysely'
import type { Queryable, Tx } from '../foundation/database.ts'
import { policySchema, type Policy } from './policy.ts'

export interface PolicyVersion {
  version: number
  policy: Policy
  inForceAt: Date
  withdrawnAt: Date | null
  activatedAt: Date
  activatedBy: string
  why: string
}

export interface PolicyDraft {
  /** As it was written; it may hold faults. */
  settings: unknown
  /** The version that was in force when the draft was begun. */
  basedOn: number | null
  revision: number
  changedBy: string
  changedAt: Date
}

const columns = [
  'version',
  'settings',
  'inForceAt',
  'withdrawnAt',
  'activatedAt',
  'activatedBy',
  'why',
] as const

type Row = Omit<PolicyVersion, 'policy'> & { settings: unknown }

/** Stored settings with the defaults of those that came later. */
const asVersion = ({ settings, ...row }: Row): PolicyVersion => ({
  ...row,
  policy: policySchema.parse(settings),
})

/** Versions that came into force, the latest first: the first of them is in force. By the database's clock (law 11). */
export async function versionsInForce(tx: Queryable, limit: number): Promise<PolicyVersion[]> {
  const rows = await tx
    .selectFrom('policyVersion')
    .select(columns)
    .where('withdrawnAt', 'is', null)
    .where('inForceAt', '<=', sql<Date>`now()`)
    .orderBy('inForceAt', 'desc')
    .orderBy('version', 'desc')
    .limit(limit)
    .execute()
  return rows.map(asVersion)
}

/** The version that is to come into force; there is one at most. */
export async function plannedVersion(tx: Queryable): Promise<PolicyVersion | null> {
  const row = await tx
    .selectFrom('policyVersion')
    .select(columns)
    .where('withdrawnAt', 'is', null)
    .where('inForceAt', '>', sql<Date>`now()`)
    .executeTakeFirst()
  return row ? asVersion(row) : null
}

/** One version and the one before it, by number; null where there is none. */
export async function readVersion(tx: Queryable, version: number): Promise<PolicyVersion | null> {
  const row = await tx
    .selectFrom('policyVersion')
    .select(columns)
    .where('version', '=', version)
    .executeTakeFirst()
  return row ? asVersion(row) : null
}

/** All versions, newest first, without what they say. */
export async function listVersions(tx: Queryable, limit: number) {
  return tx
    .selectFrom('policyVersion')
    .select(['version', 'inForceAt', 'withdrawnAt', 'activatedAt', 'activatedBy', 'why'])
    .orderBy('version', 'desc')
    .limit(limit)
    .execute()
}

/** Lets one change of policies happen at a time, also where there is no row yet that could be locked. */
export async function lockPolicies(tx: Tx): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtext('huifang.policy'))`.execute(tx)
}

/** Writes the next version; `inForceAt` null: at once. Returns its number. */
export async function insertVersion(
  tx: Tx,
  next: { policy: Policy; by: string; why: string; inForceAt: Date | null },
): Promise<number> {
  const { version } = await tx
    .insertInto('policyVersion')
    .values({
      version: sql<number>`(SELECT coalesce(max(version), 0) + 1 FROM policy_version)`,
      settings: JSON.stringify(next.policy),
      activatedBy: next.by,
      why: next.why,
      ...(next.inForceAt === null ? {} : { inForceAt: next.inForceAt }),
    })
    .returning('version')
    .executeTakeFirstOrThrow()
  return version
}

/** Takes a version back that has not come into force yet. */
export async function markWithdrawn(tx: Tx, version: number): Promise<void> {
  await tx
    .updateTable('policyVersion')
    .set({ withdrawnAt: sql<Date>`now()` })
    .where('version', '=', version)
    .execute()
}

export async function readDraft(tx: Queryable): Promise<PolicyDraft | null> {
  const row = await tx
    .selectFrom('policyDraft')
    .select(['settings', 'basedOn', 'revision', 'changedBy', 'changedAt'])
    .executeTakeFirst()
  return row ?? null
}

/** Keeps the draft; a later write of the same draft counts its revision up. */
export async function writeDraft(
  tx: Tx,
  draft: { settings: unknown; basedOn: number | null; by: string },
): Promise<number> {
  const { revision } = await tx
    .insertInto('policyDraft')
    .values({
      settings: JSON.stringify(draft.settings),
      basedOn: draft.basedOn,
      changedBy: draft.by,
    })
    .onConflict((conflict) =>
      conflict.column('single').doUpdateSet((eb) => ({
        settings: eb.ref('excluded.settings'),
        changedBy: eb.ref('excluded.changedBy'),
        changedAt: sql`now()`,
        revision: eb('policyDraft.revision', '+', 1),
      })),
    )
    .returning('revision')
    .executeTakeFirstOrThrow()
  return revision
}

export async function dropDraft(tx: Tx): Promise<void> {
  await tx.deleteFrom('policyDraft').execute()
}
