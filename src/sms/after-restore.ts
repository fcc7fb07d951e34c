import { sql } from 'kysely'
import { writeAudit } from '../foundation/audit.ts'
import type { Purpose } from '../template/template.ts'
import { drop, type SmsDeps } from './dispatch.ts'

const atOnce = 1_000

/**
 * Gives up every text that is due by now, after a backup was restored that is older than the loss: they may
 * have gone out meanwhile, and nobody is texted twice (law 4). Returns how many.
 */
export async function giveUpDueTexts(deps: SmsDeps, by: string): Promise<number> {
  for (let total = 0; ;) {
    const dropped = await deps.db.transaction().execute(async (tx) => {
      const due = await tx
        .selectFrom('message')
        .select(['id', 'caseId', 'purpose'])
        .where('state', '=', 'queued')
        .where('dueAt', '<=', sql<Date>`now()`)
        .orderBy('id')
        .limit(atOnce)
        .forUpdate()
        .execute()
      const reason = 'restored'
      await drop(
        deps,
        tx,
        due.map((text) => ({ ...text, purpose: text.purpose as Purpose, reason })),
      )
      await writeAudit(deps, tx, {
        actor: by,
        action: 'sms.give_up_due',
        subjectKind: 'account',
        subject: 'account',
        details: { texts: due.length },
      })
      return due.length
    })
    total += dropped
    if (dropped < atOnce) return total
  }
}
