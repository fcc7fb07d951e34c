import { sql } from 'kysely'
import type { Tx } from '../foundation/database.ts'
import { idFloor, idTime, isId, type Id } from '../foundation/ids.ts'
import { dateAt } from '../foundation/clock.ts'
import { contactBlock } from './contact-block.ts'
import type { SmsDeps } from './dispatch.ts'
import { deliveryMeaning } from './provider-codes.ts'
import { markAccepted } from './store.ts'
import type { Purpose } from '../template/template.ts'

/** A delivery receipt as it was pushed, with the number already hashed. */
export interface Receipt {
  outId: string
  bizId: string | null
  phoneHash: Buffer
  delivered: boolean
  code: string
  reportedAt: Date | null
  segments: number | null
}

const queuedAtMostDays = 40

/**
 * Takes a receipt in: the first one counts, later ones change nothing. It also proves that the provider
 * had the text, so it settles an unknown outcome and may overtake our own commit of `accepted`.
 * Returns whether a text of ours was meant.
 */
export async function applyReceipt(deps: SmsDeps, tx: Tx, receipt: Receipt): Promise<boolean> {
  if (!isId(receipt.outId)) return false
  const submitted = idTime(receipt.outId)
  const policy = await deps.policy()
  // The text was made before it was submitted: the ids around that time name the partitions to look in.
  const dayMs = 24 * 3600 * 1000
  const earliest = idFloor(dateAt(submitted.getTime() - queuedAtMostDays * dayMs))
  const latest = idFloor(dateAt(submitted.getTime() + dayMs))
  const message = await tx
    .selectFrom('message')
    .select(['id', 'caseId', 'purpose', 'state', 'delivery'])
    .where('outId', '=', receipt.outId)
    .where('phoneHash', '=', receipt.phoneHash)
    .where('id', '>=', earliest)
    .where('id', '<', latest)
    .forUpdate()
    .executeTakeFirst()
  if (!message) return false
  const meaning = deliveryMeaning(receipt.code)
  // Not every receipt is the carrier's last word: some say only that it took the text on.
  if (message.delivery === null && (receipt.delivered || meaning.final)) {
    await writeDelivery(tx, message.id, receipt)
  }
  if (message.state === 'submitting' || message.state === 'unknown') {
    await markAccepted(tx, [message.id], {
      bizId: receipt.bizId,
      receiptMissingSeconds: policy.sms.receiptMissingSeconds,
    })
    await deps.ownerOf(message.purpose as Purpose).accepted(tx, [message.caseId])
  }
  if (!receipt.delivered && meaning.block) {
    await contactBlock(tx, {
      phoneHash: receipt.phoneHash,
      kind: 'provider_block',
      origin: receipt.code,
    })
  }
  return true
}

async function writeDelivery(tx: Tx, id: Id, receipt: Receipt): Promise<void> {
  await tx
    .updateTable('message')
    .set({
      delivery: receipt.delivered ? 'delivered' : 'undelivered',
      deliveryCode: receipt.code,
      deliveredAt: receipt.reportedAt ?? sql<Date>`now()`,
      segments: receipt.segments,
      lookAt: null,
      ...(receipt.bizId === null ? {} : { bizId: receipt.bizId }),
    })
    .where('id', '=', id)
    .where('delivery', 'is', null)
    .execute()
}
