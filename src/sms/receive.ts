import { isPassingFault } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import { normalisePhone } from '../foundation/phone.ts'
import type { SmsDeps } from './dispatch.ts'
import { markInbound, markUnreadable, readRaw } from './inbound.ts'
import { parseSmsReport } from './push-payload.ts'
import { applyReceipts, type Receipt } from './receipts.ts'

/** A push that was read: the receipts in it, and whether there was something else. */
interface Push {
  id: Id
  receipts: Receipt[]
  state: 'understood' | 'probe' | 'unreadable'
}

/** Takes in the raw pushes of receipts among these ids, all in one transaction. */
export async function receiveReceipts(deps: SmsDeps, ids: readonly Id[]): Promise<void> {
  const raw = await readRaw(deps, 'sms_report', ids)
  const pushes = raw.map(({ id, body }) => readPush(deps, id, body))
  await takeInOrSplit(deps, pushes)
  await markUnreadable(
    deps,
    pushes.filter(({ state }) => state === 'unreadable').map(({ id }) => id),
  )
}

function readPush(deps: SmsDeps, id: Id, body: string): Push {
  const hashes = new Map<string, Buffer>()
  const hash = (phone: string) => {
    let known = hashes.get(phone)
    if (!known) {
      const normal = normalisePhone(phone)
      known = deps.vault.hashPhone(normal.ok ? normal.phone : phone.trim())
      hashes.set(phone, known)
    }
    return known
  }
  const push = parseSmsReport(body, (phone) => hash(phone).toString('hex'))
  if (push.kind !== 'items') return { id, receipts: [], state: push.kind }
  return {
    id,
    receipts: push.items.map(({ value }) => ({
      outId: value.outId ?? '',
      bizId: value.bizId,
      phoneHash: hash(value.phone),
      delivered: value.success,
      code: value.errorCode,
      reportedAt: value.reportedAt,
      segments: value.segments,
    })),
    state: push.unusable.length > 0 ? 'unreadable' : 'understood',
  }
}

/** A push that cannot be taken in costs the others nothing: it is kept raw. */
async function takeInOrSplit(deps: SmsDeps, pushes: readonly Push[]): Promise<void> {
  if (pushes.length === 0) return
  try {
    await deps.db.transaction().execute(async (tx) => {
      const strange = await applyReceipts(
        deps,
        tx,
        pushes.flatMap(({ receipts }) => receipts),
      )
      if (strange > 0) {
        deps.log.warn({ receipts: strange }, 'receipts for no text of ours; they are kept raw')
      }
      for (const [state, group] of Map.groupBy(pushes, (push) => push.state)) {
        await markInbound(
          tx,
          group.map(({ id }) => id),
          state,
        )
      }
    })
  } catch (error) {
    if (isPassingFault(error)) throw error
    if (pushes.length === 1) {
      deps.log.error({ err: error, inbound: pushes[0]!.id }, 'receipts cannot be taken in')
      return markUnreadable(deps, [pushes[0]!.id])
    }
    const middle = Math.ceil(pushes.length / 2)
    await takeInOrSplit(deps, pushes.slice(0, middle))
    await takeInOrSplit(deps, pushes.slice(middle))
  }
}
