import { sql } from 'kysely'
import { writeAudit } from '../foundation/audit.ts'
import type { Core } from '../foundation/core.ts'
import { AppError } from '../foundation/errors.ts'
import { remember } from '../foundation/remember.ts'
import { defaultPolicy, policyFaults, policySchema, type Policy } from './policy.ts'

const cacheMs = 2_000

/** Reads the policy in force; an answer may be up to two seconds old, for every batch of every queue asks. */
export function policyReader(deps: Pick<Core, 'db'>): () => Promise<Policy> {
  return remember(async () => {
    const row = await deps.db
      .selectFrom('policyVersion')
      .select('settings')
      .orderBy('version', 'desc')
      .limit(1)
      .executeTakeFirst()
    return row ? policySchema.parse(row.settings) : defaultPolicy
  }, cacheMs)
}

/** Puts a policy in force as the next version; the old ones stay for the record. */
export async function activatePolicy(
  deps: Pick<Core, 'db' | 'newId'>,
  wanted: { settings: unknown; by: string; why: string; sandbox: boolean },
): Promise<number> {
  const parsed = policySchema.safeParse(wanted.settings)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    throw new AppError('request.invalid', { field: issue.path.join('.'), reason: issue.message })
  }
  const faults = policyFaults(parsed.data, wanted.sandbox)
  if (faults.length > 0)
    throw new AppError('request.invalid', { field: '', reason: faults.join('; ') })
  return deps.db.transaction().execute(async (tx) => {
    const { version } = await tx
      .insertInto('policyVersion')
      .values({
        version: sql<number>`(SELECT coalesce(max(version), 0) + 1 FROM policy_version)`,
        settings: JSON.stringify(parsed.data),
        activatedBy: wanted.by,
        why: wanted.why,
      })
      .returning('version')
      .executeTakeFirstOrThrow()
    await writeAudit(deps, tx, {
      actor: wanted.by,
      action: 'policy.activate',
      subjectKind: 'policy',
      subject: String(version),
    })
    return version
  })
}
