import type { Core } from '../foundation/core.ts'
import type { Queryable } from '../foundation/database.ts'
import type { OptionScale } from '../foundation/rating.ts'

export const purposes = ['ask', 'reminder', 'thanks', 'announce', 'unreachable', 'closing'] as const
export type Purpose = (typeof purposes)[number]

export interface TemplateVersion {
  id: string
  key: string
  version: number
  purpose: Purpose
  /** Null: for every business that has no template of its own. */
  business: string | null
  signature: string
  /** The provider's code of the approved text, such as `SMS_154950909`. */
  providerCode: string
  body: string
  /** What the option figures of this text mean; null where nothing is asked. */
  scale: OptionScale | null
}

export interface Templates {
  /** The active template of a purpose for a business; null when there is none. */
  active(purpose: Purpose, business: string): Promise<TemplateVersion | null>
  /** Any version that was ever used: replies are read with the scale of the text that was really sent. */
  byId(id: string): Promise<TemplateVersion | null>
}

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
  let active: { list: TemplateVersion[]; readAtMs: number } | undefined
  return {
    async active(purpose, business) {
      if (!active || performance.now() - active.readAtMs > cacheMs) {
        const rows = await deps.db
          .selectFrom('templateVersion')
          .select(columns)
          .where('state', '=', 'active')
          .execute()
        active = { list: rows as unknown as TemplateVersion[], readAtMs: performance.now() }
      }
      const candidates = active.list.filter((template) => template.purpose === purpose)
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

/** The text as the citizen reads it: signature in front, variables filled. */
export function renderTemplate(
  template: Pick<TemplateVersion, 'signature' | 'body'>,
  params: Readonly<Record<string, string>>,
): string {
  const text = template.body.replace(/\$\{(\w+)\}/g, (_, name: string) => params[name] ?? '')
  return `【${template.signature}】${text}`
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
