import type { Core } from '../foundation/core.ts'
import type { Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import type { Purpose } from '../template/template.ts'
import { clearAlarm } from '../alarm/alarm.ts'
import { pausedAlarm } from './pause.ts'
import { oldestQueued } from './take.ts'

/** Stops a template that the provider withdrew, until it is lifted. Whoever withdrew it has raised the alarm. */
export async function pauseTemplate(tx: Tx, id: string): Promise<void> {
  await tx
    .insertInto('sendingPause')
    .values({ scope: 'template', subject: id, code: 'template.withdrawn', until: null })
    .onConflict((conflict) => conflict.columns(['scope', 'subject']).doNothing())
    .execute()
}

export async function liftTemplatePause(tx: Tx, id: string): Promise<void> {
  await tx
    .deleteFrom('sendingPause')
    .where('scope', '=', 'template')
    .where('subject', '=', id)
    .execute()
  await clearAlarm(tx, pausedAlarm, `template:${id}`)
}

/** Has texts that were not handed over yet go out with another version. */
export async function moveQueued(
  deps: Pick<Core, 'clock'>,
  tx: Tx,
  from: string,
  to: string,
): Promise<{ caseId: Id; purpose: Purpose }[]> {
  const moved = await tx
    .updateTable('message')
    .set({ templateVersionId: to })
    .where('templateVersionId', '=', from)
    .where('state', '=', 'queued')
    .where('id', '>=', oldestQueued(deps.clock))
    .returning(['caseId', 'purpose'])
    .execute()
  return moved as { caseId: Id; purpose: Purpose }[]
}
