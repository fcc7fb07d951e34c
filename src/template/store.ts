import type { Core } from '../foundation/core.ts'
import type { Queryable } from '../foundation/database.ts'
import { remember } from '../foundation/remember.ts'
import type { Templates, TemplateVersion } from './template.ts'

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

/** Reads templates; the active ones may be five seconds old, a version by id never changes. */
export function templateReader(deps: Pick<Core, 'db'>): Templates {
  const versions = new Map<string, TemplateVersion>()
  const active = remember(async () => {
    const rows = await deps.db
      .selectFrom('templateVersion')
      .select(columns)
      .where('state', '=', 'active')
      .execute()
    return rows as unknown as TemplateVersion[]
  }, cacheMs)
  return {
    async active(purpose, business) {
      const candidates = (await active()).filter((template) => template.purpose === purpose)
      return (
        candidates.find((template) => template.business === business) ??
        candidates.find((template) => template.business === null) ??
        null
      )
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

/** Writes version 1 of a template that is not there yet; the database is the truth afterwards. */
export async function seedTemplate(
  deps: Pick<Core, 'newId'>,
  tx: Queryable,
  template: Omit<TemplateVersion, 'id' | 'version'>,
): Promise<boolean> {
  const result = await tx
    .insertInto('templateVersion')
    .values({
      ...template,
      id: deps.newId(),
      version: 1,
      scale: template.scale && JSON.stringify(template.scale),
      state: 'active',
    })
    .onConflict((conflict) => conflict.columns(['key', 'version']).doNothing())
    .executeTakeFirst()
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
}
