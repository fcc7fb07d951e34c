import { sql } from 'kysely'
import type { Core } from '../foundation/core.ts'
import type { Tx } from '../foundation/database.ts'
import { remember } from '../foundation/remember.ts'
import { writePlan } from './plan-store.ts'
import { chooseShare, type Share } from './share-rules.ts'
import type { TemplateFile, Templates, TemplateVersion } from './template.ts'

const columns = [
  'id',
  'key',
  'version',
  'purpose',
  'business',
  'signature',
  'providerCode',
  'body',
  'scale',
] as const
const cacheMs = 5_000

// The provider withdrew it and nothing took its place: texts are still made by it, and wait. Without them their
// citizens would never be asked.
const isMissed = sql<boolean>`state = 'withdrawn' AND EXISTS (
  SELECT FROM (
    SELECT shares FROM template_plan p
    WHERE p.purpose = template_version.purpose AND p.business = coalesce(template_version.business, '')
    ORDER BY number DESC LIMIT 1) in_force
  WHERE shares @> jsonb_build_array(jsonb_build_object('id', template_version.id)))`

/** Reads templates; the active ones may be five seconds old, a version by id never changes. */
export function templateReader(deps: Pick<Core, 'db'>): Templates {
  const versions = new Map<string, TemplateVersion>()
  const active = remember(async () => {
    const rows = await deps.db
      .selectFrom('templateVersion')
      .select([...columns, 'weight'])
      .where((eb) => eb.or([eb('state', '=', 'active'), isMissed]))
      .execute()
    return rows as unknown as (TemplateVersion & Share)[]
  }, cacheMs)
  return {
    async active(purpose, business, phoneHash) {
      const candidates = (await active()).filter((template) => template.purpose === purpose)
      const own = candidates.filter((template) => template.business === business)
      const shared = candidates.filter((template) => template.business === null)
      return chooseShare(own.length > 0 ? own : shared, phoneHash)
    },
    async byId(id) {
      const known = versions.get(id)
      if (known) return known
      const row = await deps.db
        .selectFrom('templateVersion')
        .select(columns)
        .where('id', '=', id)
        .executeTakeFirst()
      if (!row) return null
      const version = row as unknown as TemplateVersion
      versions.set(id, version)
      return version
    },
  }
}

/**
 * Writes version 1 of a template that is not there yet; the database is the truth afterwards. Where the file
 * says under which code the provider approved it, it goes into use; else it is a draft.
 */
export async function seedTemplate(
  deps: Pick<Core, 'newId'>,
  tx: Tx,
  template: TemplateFile,
): Promise<boolean> {
  const id = deps.newId()
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('templateVersion')
    .values({
      ...template,
      id,
      version: 1,
      scale: template.scale && JSON.stringify(template.scale),
      state: template.providerCode === null ? 'draft' : 'active',
    })
    .onConflict((conflict) => conflict.columns(['key', 'version']).doNothing())
    .executeTakeFirstOrThrow()
  if (numInsertedOrUpdatedRows === 0n) return false
  if (template.providerCode !== null) {
    await writePlan(tx, {
      purpose: template.purpose,
      business: template.business,
      shares: [{ id, weight: 100 }],
      by: 'system',
      why: '初始版本',
    })
  }
  return true
}
