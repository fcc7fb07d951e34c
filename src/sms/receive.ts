import type { Id } from '../foundation/ids.ts'
import { normalisePhone } from '../foundation/phone.ts'
import type { SmsDeps } from './dispatch.ts'
import { markInbound, readRaw } from './inbound.ts'
import { parseSmsReport } from './push-payload.ts'
import { applyReceipt } from './receipts.ts'

/** Takes in the raw pushes of receipts among these ids. */
export async function receiveReceipts(deps: SmsDeps, ids: readonly Id[]): Promise<void> {
  const hash = (phone: string) => {
    const normal = normalisePhone(phone)
    return deps.vault.hashPhone(normal.ok ? normal.phone : phone.trim())
  }
  for (const { id, body } of await readRaw(deps, 'sms_report', ids)) {
    const push = parseSmsReport(body, (phone) => hash(phone).toString('hex'))
    if (push.kind !== 'items') {
      await markInbound(deps.db, [id], push.kind)
      continue
    }
    await deps.db.transaction().execute(async (tx) => {
      for (const { value } of push.items) {
        const known =
          value.outId !== null &&
          (await applyReceipt(deps, tx, {
            outId: value.outId,
            bizId: value.bizId,
            phoneHash: hash(value.phone),
            delivered: value.success,
            code: value.errorCode,
            reportedAt: value.reportedAt,
            segments: value.segments,
          }))
        if (!known) deps.log.warn({ inbound: id }, 'a receipt for no text of ours; it is kept raw')
      }
      await markInbound(tx, [id], push.unusable.length > 0 ? 'unreadable' : 'understood')
    })
  }
}
