import { writeAudit } from '../foundation/audit.ts'
import type { Core } from '../foundation/core.ts'
import type { Tx } from '../foundation/database.ts'
import { AppError } from '../foundation/errors.ts'
import { changesBetween } from './changes.ts'
import { defaultPolicy } from './defaults.ts'
import { readPolicy } from './faults.ts'
import type { Policy } from './policy.ts'
import {
  dropDraft,
  insertVersion,
  listVersions,
  lockPolicies,
  markWithdrawn,
  plannedVersion,
  readDraft,
  readVersion,
  versionsInForce,
  writeDraft,
  type PolicyVersion,
} from './store.ts'

export interface PolicyDeps extends Pick<Core, 'db' | 'newId' | 'clock'> {
  /** Whether the floors that protect citizens are lifted. */
  sandbox: boolean
}

const versionsShown = 100
const aheadAtMostDays = 400

/** The policy in force, the one to come, the draft, and all versions without what they say. */
export async function showPolicies(deps: Pick<PolicyDeps, 'db'>) {
  const [[inForce], planned, draft, versions] = await Promise.all([
    versionsInForce(deps.db, 1),
    plannedVersion(deps.db),
    readDraft(deps.db),
    listVersions(deps.db, versionsShown),
  ])
  return {
    inForce: inForce ?? { version: null, policy: defaultPolicy },
    planned,
    draft,
    versions,
  }
}

/** One version with what it changed. Throws when there is none. */
export async function showPolicy(deps: Pick<PolicyDeps, 'db'>, version: number) {
  const found = await readVersion(deps.db, version)
  if (!found) throw new AppError('record.not_found', { what: '这一版策略' })
  const before = (await readVersion(deps.db, version - 1))?.policy ?? defaultPolicy
  return { ...found, changes: changesBetween(before, found.policy) }
}

/** Examines settings as activating them would, against the version in force; changes nothing. */
export async function checkPolicy(deps: PolicyDeps, settings: unknown) {
  const [inForce] = await versionsInForce(deps.db, 1)
  const present = inForce?.policy ?? defaultPolicy
  const { policy, faults } = readPolicy(settings, deps.sandbox)
  const changes = changesBetween(present, policy ?? settings)
  return { faults, changes, against: inForce?.version ?? null }
}

/** Settings as an administrator wrote them, as a policy; throws `request.invalid` with the first fault. */
export function policyOf({ sandbox }: Pick<PolicyDeps, 'sandbox'>, settings: unknown): Policy {
  const { policy, faults } = readPolicy(settings, sandbox)
  if (policy !== null) return policy
  const [{ field, reason }] = faults
  throw new AppError('request.invalid', {
    field,
    reason: faults.length > 1 ? `${reason}（共 ${faults.length} 处有误）` : reason,
  })
}

/** Puts a policy in force as the next version, now or at a time to come. Returns its number. */
export async function activatePolicy(
  deps: PolicyDeps,
  wanted: {
    settings: unknown
    by: string
    why: string
    /** The version that was in force when these settings were written, null for none; left out: whichever is. */
    expected?: number | null
    /** Left out or null: at once. */
    inForceAt?: Date | null
  },
): Promise<number> {
  const policy = policyOf(deps, wanted.settings)
  const inForceAt = wanted.inForceAt ?? null
  holdTime(deps, inForceAt)
  return deps.db.transaction().execute(async (tx) => {
    const present = await lockPresent(tx)
    if (wanted.expected !== undefined && wanted.expected !== (present?.version ?? null)) {
      throw new AppError('record.changed', { what: '策略' })
    }
    const version = await putNext(deps, tx, present, { ...wanted, policy, inForceAt })
    await dropDraft(tx)
    return version
  })
}

/** Puts the policy before the one in force in force again, as the next version: what was live a moment ago is live again. */
export async function rollbackPolicy(
  deps: PolicyDeps,
  wanted: { by: string; why: string },
): Promise<number> {
  return deps.db.transaction().execute(async (tx) => {
    const present = await lockPresent(tx)
    if (!present) throw new AppError('policy.no_way_back')
    const [, before] = await versionsInForce(tx, 2)
    const policy = policyOf(deps, before?.policy ?? defaultPolicy)
    return putNext(deps, tx, present, { ...wanted, policy, inForceAt: null })
  })
}

/** Takes the policy back that is to come into force; it is the draft again, unless there is another. */
export async function withdrawPolicy(
  deps: PolicyDeps,
  wanted: { version: number; by: string; why: string },
): Promise<void> {
  await deps.db.transaction().execute(async (tx) => {
    await lockPolicies(tx)
    const planned = await plannedVersion(tx)
    if (planned?.version !== wanted.version) throw new AppError('policy.not_planned')
    await markWithdrawn(tx, wanted.version)
    const [present] = await versionsInForce(tx, 1)
    if (!(await readDraft(tx))) {
      const basedOn = present?.version ?? null
      await writeDraft(tx, { settings: planned.policy, basedOn, by: wanted.by })
    }
    await audit(deps, tx, 'policy.withdraw', wanted.version, wanted)
  })
}

/** Keeps the settings that administrators are working on, whatever faults they hold. Returns the draft's revision. */
export async function savePolicyDraft(
  deps: PolicyDeps,
  wanted: {
    settings: Record<string, unknown>
    /** Of the draft that was read; null where there was none. */
    revision: number | null
    by: string
  },
): Promise<number> {
  return changeDraft(deps, wanted.revision, async (tx) => {
    const [present] = await versionsInForce(tx, 1)
    return writeDraft(tx, { ...wanted, basedOn: present?.version ?? null })
  })
}

/** Throws the draft away. */
export async function discardPolicyDraft(
  deps: PolicyDeps,
  wanted: { revision: number },
): Promise<void> {
  await changeDraft(deps, wanted.revision, dropDraft)
}

async function changeDraft<T>(
  deps: PolicyDeps,
  revision: number | null,
  act: (tx: Tx) => Promise<T>,
): Promise<T> {
  return deps.db.transaction().execute(async (tx) => {
    await lockPolicies(tx)
    const draft = await readDraft(tx)
    if ((draft?.revision ?? null) !== revision) {
      throw new AppError('record.changed', { what: '策略草稿' })
    }
    return act(tx)
  })
}

/** The version in force, with all others kept from changing it; refuses where one to come would undo the change. */
async function lockPresent(tx: Tx): Promise<PolicyVersion | null> {
  await lockPolicies(tx)
  const planned = await plannedVersion(tx)
  if (planned) throw new AppError('policy.planned', { version: planned.version })
  const [present] = await versionsInForce(tx, 1)
  return present ?? null
}

async function putNext(
  deps: PolicyDeps,
  tx: Tx,
  present: PolicyVersion | null,
  next: Parameters<typeof insertVersion>[1],
): Promise<number> {
  const version = await insertVersion(tx, next)
  const changes = changesBetween(present?.policy ?? defaultPolicy, next.policy)
  await audit(deps, tx, next.inForceAt === null ? 'policy.activate' : 'policy.plan', version, {
    ...next,
    changed: changes.map(({ field }) => field),
  })
  return version
}

function holdTime({ clock }: PolicyDeps, inForceAt: Date | null): void {
  if (inForceAt === null) return
  const aheadMs = inForceAt.getTime() - clock.nowMs()
  const reason =
    aheadMs <= 0
      ? '须晚于现在；立即生效请留空'
      : aheadMs > aheadAtMostDays * 24 * 3_600_000
        ? `最多提前 ${aheadAtMostDays} 天`
        : null
  if (reason !== null) throw new AppError('request.invalid', { field: 'inForceAt', reason })
}

async function audit(
  deps: PolicyDeps,
  tx: Tx,
  action: string,
  version: number,
  about: { by: string; why: string; inForceAt?: Date | null; changed?: readonly string[] },
): Promise<void> {
  await writeAudit(deps, tx, {
    actor: about.by,
    action,
    subjectKind: 'policy',
    subject: String(version),
    details: {
      why: about.why,
      ...(about.changed ? { changed: about.changed.join(' ').slice(0, 2_000) } : {}),
      ...(about.inForceAt ? { inForceAt: about.inForceAt.toISOString() } : {}),
    },
  })
}
