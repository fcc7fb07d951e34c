import { clearAlarm, raiseAlarm } from '../alarm/alarm.ts'
import { writeAudit } from '../foundation/audit.ts'
import type { Core } from '../foundation/core.ts'
import type { Tx } from '../foundation/database.ts'
import { lockSlot, plansOf } from './plan-store.ts'
import { putInForce } from './plan.ts'
import { lookAgain } from './review-store.ts'
import { usableStates } from './states.ts'
import { moveVersion, readVersion, type VersionRecord } from './version-store.ts'

export interface StandInDeps extends Pick<Core, 'newId'> {
  /** Stops texts of this version; those that were not sent yet go out with the other, where there is one. */
  stopTexts: (tx: Tx, version: VersionRecord, standIn: VersionRecord | null) => Promise<void>
  /** Lets texts of this version go again. */
  releaseTexts: (tx: Tx, version: VersionRecord) => Promise<void>
}

export const withdrawnAlarm = 'template.withdrawn'
// Those who plan texts may know of a withdrawal some seconds late: what they queued meanwhile is moved then.
const lookAgainSeconds = 15
const lookWithdrawnSeconds = 1_800

/**
 * The provider takes back what it approved, or its code is gone: nothing more goes out with this version. Its
 * fallback takes its part of the traffic where there is one; else the other versions of the slot do; else texts
 * wait until somebody puts another version in use. Does its effect once, and may be repeated.
 */
export async function withdraw(
  deps: StandInDeps,
  tx: Tx,
  version: VersionRecord,
  reason: string | null,
): Promise<void> {
  const { id, key, state } = version
  const isNew = state !== 'withdrawn'
  const standIn = await usableFallback(tx, version)
  if (isNew) {
    const details = { refusal: reason ?? '平台没有给出原因', lookInSeconds: lookAgainSeconds }
    await moveVersion(tx, version, 'withdrawn', details)
    await writeAudit(deps, tx, {
      actor: 'system',
      action: 'template.withdrawn',
      subjectKind: 'template',
      subject: id,
      details: { key, version: version.version },
    })
  } else await lookAgain(tx, id, lookWithdrawnSeconds)
  if (state === 'active') await shareOut(deps, tx, version, standIn)
  await deps.stopTexts(tx, version, standIn)
  if (state === 'active') {
    await raiseAlarm(deps, tx, {
      kind: withdrawnAlarm,
      subject: id,
      message: `短信模板 ${key} 第 ${version.version} 版被平台撤销，已停止使用。${
        standIn ? `已改用第 ${standIn.version} 版` : '请尽快启用另一个版本'
      }`,
    })
  }
}

/** The provider approves it again: what waited goes out; where the plan in force still names it, it is in use again. */
export async function approveAgain(
  deps: StandInDeps,
  tx: Tx,
  version: VersionRecord,
  lookInSeconds: number,
): Promise<void> {
  await lockSlot(tx, version)
  await moveVersion(tx, version, 'approved', { refusal: null, lookInSeconds })
  const [inForce] = await plansOf(tx, version, 1)
  const share = inForce?.shares.find(({ id }) => id === version.id)
  if (share) {
    const approved = { ...version, state: 'approved' } as const
    await moveVersion(tx, approved, 'active', { weight: share.weight })
  }
  await deps.releaseTexts(tx, version)
  await clearAlarm(tx, withdrawnAlarm, version.id)
}

async function usableFallback(tx: Tx, version: VersionRecord): Promise<VersionRecord | null> {
  if (version.fallbackId === null) return null
  const fallback = await readVersion(tx, version.fallbackId)
  return fallback && usableStates.includes(fallback.state) ? fallback : null
}

/** Where nobody is left to take its part, the plan stands: new texts are made, and wait. */
async function shareOut(
  deps: StandInDeps,
  tx: Tx,
  version: VersionRecord,
  standIn: VersionRecord | null,
): Promise<void> {
  await lockSlot(tx, version)
  const [inForce] = await plansOf(tx, version, 1)
  const shares = new Map(inForce?.shares.map(({ id, weight }) => [id, weight]))
  shares.delete(version.id)
  if (standIn) {
    shares.set(standIn.id, Math.min(1_000, (shares.get(standIn.id) ?? 0) + version.weight))
  }
  if (shares.size === 0) return
  await putInForce(deps, tx, {
    purpose: version.purpose,
    business: version.business,
    shares: [...shares].map(([id, weight]) => ({ id, weight })),
    by: 'system',
    why: `第 ${version.version} 版被平台撤销`,
  })
}
