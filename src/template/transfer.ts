import { z } from 'zod'
import type { Core } from '../foundation/core.ts'
import { AppError } from '../foundation/errors.ts'
import { content, key, misfit, scaleFits, slot, text } from './content.ts'
import type { TemplateState } from './states.ts'
import { claimCode, hasVersion, listVersions, moveVersion } from './version-store.ts'
import { writeDraft } from './versions.ts'

/** A version as it travels: its words and, where the provider approved it, its code there. */
const travelling = z
  .object({
    key,
    ...slot,
    ...text,
    remark: content.remark,
    providerCode: z
      .string()
      .regex(/^SMS_\w+$/)
      .nullable()
      .default(null),
  })
  .refine(scaleFits, misfit)

export type TravellingVersion = z.output<typeof travelling>

const approved = new Set<TemplateState>(['approved', 'active', 'retired'])

/** All versions but those that are gone, the older first. Codes are those that the provider approved. */
export async function exportVersions(deps: Pick<Core, 'db'>): Promise<TravellingVersion[]> {
  const versions = await listVersions(deps.db)
  return versions
    .filter(({ state }) => state !== 'deleted' && state !== 'withdrawn')
    .reverse()
    .map((version) => ({
      key: version.key,
      purpose: version.purpose,
      business: version.business as TravellingVersion['business'],
      type: version.type,
      signature: version.signature,
      body: version.body,
      scale: version.scale,
      remark: version.remark,
      providerCode: approved.has(version.state) ? version.providerCode : null,
    }))
}

/**
 * Takes in a version from elsewhere as the next one of its name: `unchanged` where its words stand here
 * already, `asked` where it has a code (the provider is asked whether it approved it for this account), else
 * `drafted`. Nothing comes into use by it.
 */
export async function importVersion(
  deps: Pick<Core, 'db' | 'newId'>,
  given: unknown,
  by: string,
): Promise<'drafted' | 'asked' | 'unchanged'> {
  const parsed = travelling.safeParse(given)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    throw new AppError('request.invalid', { field: issue.path.join('.'), reason: issue.message })
  }
  const { providerCode, ...version } = parsed.data
  return deps.db.transaction().execute(async (tx) => {
    if (await hasVersion(tx, version.key, version)) return 'unchanged'
    const { id } = await writeDraft(deps, tx, { ...version, fallbackId: null }, by)
    if (providerCode === null) return 'drafted'
    await moveVersion(tx, { id, state: 'draft' }, 'checked')
    if (await claimCode(tx, id, providerCode)) return 'asked'
    await moveVersion(tx, { id, state: 'checked' }, 'draft')
    return 'drafted'
  })
}
