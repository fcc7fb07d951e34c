import { sql } from 'kysely'
import type { Queryable, Tx } from '../foundation/database.ts'
import type { OptionScale } from '../foundation/rating.ts'
import { mayBecome, type TemplateState } from './states.ts'
import type { Slot } from './plan-store.ts'
import type { TemplatePurpose, TemplateType, TemplateVersion } from './template.ts'

/** What an administrator writes. */
export interface TemplateContent {
  type: TemplateType
  signature: string
  body: string
  scale: OptionScale | null
  /** To the reviewers: where it is used, with a whole sample. */
  remark: string
  /** The version that takes its place when the provider withdraws it. */
  fallbackId: string | null
}

/** A version with its life. */
export interface VersionRecord extends Omit<TemplateVersion, 'providerCode'>, TemplateContent {
  providerCode: string | null
  state: TemplateState
  /** Counts the changes of a draft, so that nobody overwrites what another wrote meanwhile. */
  revision: number
  weight: number
  /** Why the provider refused or withdrew it, in its own words. */
  refusal: string | null
  createdBy: string
  createdAt: Date
  changedAt: Date
  askedAt: Date | null
  reviewedAt: Date | null
}

const columns = [
  'id',
  'key',
  'version',
  'purpose',
  'business',
  'type',
  'signature',
  'providerCode',
  'body',
  'scale',
  'remark',
  'fallbackId',
  'state',
  'revision',
  'weight',
  'refusal',
  'createdBy',
  'createdAt',
  'changedAt',
  'askedAt',
  'reviewedAt',
] as const

const asRecords = (rows: unknown) => rows as VersionRecord[]

/** All versions, of each template the newest first; texts are few. */
export async function listVersions(tx: Queryable): Promise<VersionRecord[]> {
  return asRecords(
    await tx
      .selectFrom('templateVersion')
      .select(columns)
      .orderBy('key')
      .orderBy('version', 'desc')
      .execute(),
  )
}

export async function readVersion(tx: Queryable, id: string): Promise<VersionRecord | null> {
  const row = await tx
    .selectFrom('templateVersion')
    .select(columns)
    .where('id', '=', id)
    .executeTakeFirst()
  return row ? asRecords([row])[0]! : null
}

/** The same, and nobody else changes it meanwhile. */
export async function lockVersion(tx: Tx, id: string): Promise<VersionRecord | null> {
  const row = await tx
    .selectFrom('templateVersion')
    .select(columns)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  return row ? asRecords([row])[0]! : null
}

/** The versions that a plan is about: those that are active in the slot, and those that are wanted. */
export async function lockSlotVersions(
  tx: Tx,
  { purpose, business }: Slot,
  wanted: readonly string[],
): Promise<VersionRecord[]> {
  return asRecords(
    await tx
      .selectFrom('templateVersion')
      .select(columns)
      .where('purpose', '=', purpose)
      .where('business', business === null ? 'is' : '=', business)
      .where((eb) =>
        eb.or([
          eb('state', '=', 'active'),
          ...(wanted.length > 0 ? [eb('id', 'in', [...wanted])] : []),
        ]),
      )
      .orderBy('id')
      .forUpdate()
      .execute(),
  )
}

/** For what a template of this name is used; null while there is none. Locks the name until the end of the transaction. */
export async function lockKey(tx: Tx, key: string): Promise<(Slot & { latest: number }) | null> {
  await sql`SELECT pg_advisory_xact_lock(hashtext(${`huifang.template.key:${key}`}))`.execute(tx)
  const row = await tx
    .selectFrom('templateVersion')
    .select(['purpose', 'business', 'version'])
    .where('key', '=', key)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row
    ? {
        purpose: row.purpose as TemplatePurpose,
        business: row.business,
        latest: row.version,
      }
    : null
}

export async function insertDraft(
  tx: Tx,
  draft: Slot & { id: string; key: string; version: number; by: string } & TemplateContent,
): Promise<void> {
  const { by, scale, ...rest } = draft
  await tx
    .insertInto('templateVersion')
    .values({ ...rest, scale: scale && JSON.stringify(scale), state: 'draft', createdBy: by })
    .execute()
}

/** Gives a draft the code under which the provider is said to have approved it; the provider is asked whether it did. */
export async function claimCode(tx: Tx, id: string, providerCode: string): Promise<boolean> {
  const taken = await tx
    .selectFrom('templateVersion')
    .select('id')
    .where('providerCode', '=', providerCode)
    .executeTakeFirst()
  if (taken) return false
  await tx
    .updateTable('templateVersion')
    .set({ state: 'submitted', providerCode, askedAt: sql`now()`, lookAt: sql`now()` })
    .where('id', '=', id)
    .where('state', '=', 'checked')
    .execute()
  return true
}

/** Whether the name has a version with just these words. */
export async function hasVersion(
  tx: Tx,
  key: string,
  { type, signature, body, scale }: Pick<TemplateContent, 'type' | 'signature' | 'body' | 'scale'>,
): Promise<boolean> {
  const row = await tx
    .selectFrom('templateVersion')
    .select('id')
    .where('key', '=', key)
    .where('type', '=', type)
    .where('signature', '=', signature)
    .where('body', '=', body)
    .where(sql<boolean>`scale IS NOT DISTINCT FROM ${scale && JSON.stringify(scale)}::jsonb`)
    .executeTakeFirst()
  return row !== undefined
}

/** Replaces the text of a version that is not in the provider's hands; it is a draft again. */
export async function rewrite(
  tx: Tx,
  { id, state }: Pick<VersionRecord, 'id' | 'state'>,
  content: TemplateContent,
): Promise<void> {
  await tx
    .updateTable('templateVersion')
    .set({
      ...content,
      scale: content.scale && JSON.stringify(content.scale),
      state: 'draft',
      changedAt: sql`now()`,
      revision: sql<number>`revision + 1`,
    })
    .where('id', '=', id)
    .where('state', '=', state)
    .execute()
}

export async function deleteDraft(tx: Tx, id: string): Promise<void> {
  await tx
    .deleteFrom('templateVersion')
    .where('id', '=', id)
    .where('providerCode', 'is', null)
    .where('state', 'in', ['draft', 'checked', 'refused'])
    .execute()
}

/** Moves a version along the table of transitions (law 3); null when it is no longer where it was. */
export async function moveVersion(
  tx: Tx,
  { id, state: from }: Pick<VersionRecord, 'id' | 'state'>,
  to: TemplateState,
  facts: { weight?: number; refusal?: string | null; lookInSeconds?: number | null } = {},
): Promise<boolean> {
  if (!mayBecome(from, to)) throw new Error(`a template version never goes from ${from} to ${to}`)
  const { lookInSeconds, ...rest } = facts
  const result = await tx
    .updateTable('templateVersion')
    .set({
      ...rest,
      state: to,
      changedAt: sql`now()`,
      ...(lookInSeconds === undefined
        ? {}
        : {
            lookAt:
              lookInSeconds === null
                ? null
                : sql<Date>`now() + make_interval(secs => ${lookInSeconds})`,
          }),
      // What was asked about an earlier wording does not count.
      ...(to === 'submitted' ? { askedAt: null } : {}),
      ...(to === 'approved' || to === 'refused' || to === 'withdrawn'
        ? { reviewedAt: sql<Date>`now()` }
        : {}),
    })
    .where('id', '=', id)
    .where('state', '=', from)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** Changes the part of a version that is in use and stays so. */
export async function setWeight(tx: Tx, id: string, weight: number): Promise<void> {
  await tx
    .updateTable('templateVersion')
    .set({ weight })
    .where('id', '=', id)
    .where('state', '=', 'active')
    .execute()
}

export async function setFallback(tx: Tx, id: string, fallbackId: string | null): Promise<void> {
  await tx.updateTable('templateVersion').set({ fallbackId }).where('id', '=', id).execute()
}
