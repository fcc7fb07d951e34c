import type { Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import type { Purpose } from '../template/template.ts'
import type { SmsDeps } from './dispatch.ts'
import { markAccepted } from './store.ts'

/** Something shows that the citizen has a text whose outcome we did not know: it was sent. */
export async function proveSent(
  deps: SmsDeps,
  tx: Tx,
  caseId: Id,
  purpose: Purpose,
): Promise<void> {
  const { sms } = await deps.policy()
  const message = await tx
    .selectFrom('messageKey')
    .innerJoin('message', 'message.id', 'messageKey.messageId')
    .select(['message.id', 'message.outId'])
    .where('messageKey.caseId', '=', caseId)
    .where('messageKey.purpose', '=', purpose)
    .where('message.state', 'in', ['submitting', 'unknown'])
    .forUpdate('message')
    .executeTakeFirst()
  if (!message?.outId) return
  const facts = { bizId: null, receiptMissingSeconds: sms.receiptMissingSeconds }
  const rows = await markAccepted(tx, { ids: [message.id], outId: message.outId }, facts)
  await deps.ownerOf(purpose).accepted(
    tx,
    rows.map((row) => row.caseId),
  )
}
