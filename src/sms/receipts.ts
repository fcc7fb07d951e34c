import { sql } from 'kysely'
import type { Tx } from '../foundation/database.ts'
import { noteDutyReceipts } from '../alarm/ladder-state.ts'
import { dateAt } from '../foundation/clock.ts'
import { idFloor, idTime, isId, type Id } from '../foundation/ids.ts'
import type { Purpose } from '../template/template.ts'
import { contactBlocks } from './contact-block.ts'
import type { SmsDeps } from './dispatch.ts'
import { deliveryMeaning } from './provider-codes.ts'
import { markAccepted } from './store.ts'
import { queuedAtMostDays } from './take.ts'

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

interface Reported {
  id: Id
  caseId: Id
  purpose: Purpose
  outId: Id
  phoneHash: Buffer
  state: string
  delivery: string | null
}

/**
 * Takes receipts in: the first one of a text counts, later ones change nothing. They also prove that the
 * provider had the texts, so they settle unknown outcomes and may overtake our own commit of `accepted`.
 * Returns how many meant no text of ours.
 */
export async function applyReceipts(
  deps: SmsDeps,
  tx: Tx,
  receipts: readonly Receipt[],
): Promise<number> {
  const texts = new Map(
    (await lockReported(tx, receipts)).map((text) => [keyOf(text), text] as const),
  )
  const deliveries = new Map<Id, Receipt>()
  for (const receipt of receipts) {
    const text = texts.get(keyOf(receipt))
    // Not every receipt is the carrier's last word: some say only that it took the text on.
    const final = receipt.delivered || deliveryMeaning(receipt.code).final
    if (text && text.delivery === null && final && !deliveries.has(text.id)) {
      deliveries.set(text.id, receipt)
    }
  }
  await writeDeliveries(tx, deliveries)
  await proveAccepted(deps, tx, [...texts.values()], receipts)
  await contactBlocks(
    tx,
    receipts
      .filter((receipt) => texts.has(keyOf(receipt)))
      .filter(({ delivered, code }) => !delivered && deliveryMeaning(code).block)
      .map(({ phoneHash, code }) => ({ phoneHash, kind: 'provider_block', origin: code })),
  )
  const others = receipts.filter((receipt) => !texts.has(keyOf(receipt)))
  const duty = await noteDutyReceipts(
    deps,
    tx,
    others
      .filter(({ outId }) => isId(outId))
      .map(({ outId, delivered, code }) => ({
        textId: outId,
        delivered,
        final: delivered || deliveryMeaning(code).final,
      })),
  )
  return others.filter(({ outId }) => !duty.has(outId)).length
}

const keyOf = ({ outId, phoneHash }: Pick<Receipt, 'outId' | 'phoneHash'>) =>
  `${outId}/${phoneHash.toString('latin1')}`

const dayMs = 24 * 3600 * 1000

/** The texts that these receipts mean, locked in the order of their ids. */
async function lockReported(tx: Tx, receipts: readonly Receipt[]): Promise<Reported[]> {
  const outIds = [...new Set(receipts.map(({ outId }) => outId).filter(isId))]
  if (outIds.length === 0) return []
  const times = outIds.map((id) => idTime(id).getTime())
  // A text was made before it was submitted: the ids around that time name the partitions to look in.
  const earliest = idFloor(dateAt(Math.min(...times) - queuedAtMostDays * dayMs))
  const latest = idFloor(dateAt(Math.max(...times) + dayMs))
  const hashes = receipts.map(({ phoneHash }) => phoneHash)
  const { rows } = await sql<Reported>`
    SELECT id, case_id, purpose, out_id, phone_hash, state, delivery FROM message
    WHERE out_id = ANY(${outIds}::uuid[]) AND phone_hash = ANY(${hashes}::bytea[])
      AND id >= ${earliest} AND id < ${latest}
    ORDER BY id FOR UPDATE`.execute(tx)
  return rows
}

async function writeDeliveries(tx: Tx, deliveries: ReadonlyMap<Id, Receipt>): Promise<void> {
  if (deliveries.size === 0) return
  const ids = [...deliveries.keys()]
  const receipts = [...deliveries.values()]
  await sql`
    UPDATE message m SET
      delivery = CASE WHEN r.delivered THEN 'delivered' ELSE 'undelivered' END,
      delivery_code = r.code,
      delivered_at = coalesce(r.at, now()),
      segments = r.segments,
      biz_id = coalesce(r.biz_id, m.biz_id),
      look_at = NULL
    FROM unnest(
      ${ids}::uuid[],
      ${receipts.map(({ delivered }) => delivered)}::boolean[],
      ${receipts.map(({ code }) => code)}::text[],
      ${receipts.map(({ reportedAt }) => reportedAt)}::timestamptz[],
      ${receipts.map(({ segments }) => segments)}::smallint[],
      ${receipts.map(({ bizId }) => bizId)}::text[]
    ) AS r (id, delivered, code, at, segments, biz_id)
    WHERE m.id = r.id AND m.id = ANY(${ids}::uuid[]) AND m.delivery IS NULL`.execute(tx)
}

async function proveAccepted(
  deps: SmsDeps,
  tx: Tx,
  texts: readonly Reported[],
  receipts: readonly Receipt[],
): Promise<void> {
  const open = texts.filter(({ state }) => ['submitting', 'unknown', 'queued'].includes(state))
  if (open.length === 0) return
  const { sms } = await deps.policy()
  const bizIdOf = new Map(receipts.map((receipt) => [keyOf(receipt), receipt.bizId]))
  for (const [outId, group] of Map.groupBy(open, (text) => text.outId)) {
    const bizId = bizIdOf.get(keyOf(group[0]!)) ?? null
    const facts = { bizId, receiptMissingSeconds: sms.receiptMissingSeconds }
    const accepted = await markAccepted(tx, { ids: group.map(({ id }) => id), outId }, facts)
    for (const [purpose, rows] of Map.groupBy(accepted, (each) => each.purpose)) {
      await deps.ownerOf(purpose).accepted(
        tx,
        rows.map(({ caseId }) => caseId),
      )
    }
  }
}
