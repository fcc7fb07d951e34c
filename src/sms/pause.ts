import { sql } from 'kysely'
import { writeAudit } from '../foundation/audit.ts'
import type { Core } from '../foundation/core.ts'
import type { Tx } from '../foundation/database.ts'
import { clearAlarm, raiseAlarm } from '../alarm/alarm.ts'
import type { Refusal } from './gateway.ts'

/** Stops sending for an account, a signature or a template that the provider refuses, and calls somebody. */
export async function pauseSending(
  deps: Pick<Core, 'newId'>,
  tx: Tx,
  pause: { refusal: Refusal; templateVersionId: string; signature: string; forSeconds?: number },
): Promise<void> {
  const { refusal } = pause
  const scope =
    refusal.scope === 'template' || refusal.scope === 'signature' ? refusal.scope : 'account'
  const subject = {
    template: pause.templateVersionId,
    signature: pause.signature,
    account: 'account',
  }[scope]
  const until =
    pause.forSeconds === undefined
      ? null
      : sql<Date>`now() + make_interval(secs => ${pause.forSeconds})`
  await tx
    .insertInto('sendingPause')
    .values({ scope, subject, code: refusal.code, until })
    .onConflict((conflict) =>
      conflict.columns(['scope', 'subject']).doUpdateSet({ code: refusal.code, until }),
    )
    .execute()
  await raiseAlarm(deps, tx, {
    kind: 'sms.paused',
    subject: `${scope}:${subject}`,
    message: `短信发送已暂停：${refusal.meaning}（${refusal.code}）。处理后请执行 huifang sms resume`,
  })
}

/** Lifts all pauses after a person mended the cause; returns how many. */
export async function resumeSending(deps: Pick<Core, 'db' | 'newId'>, by: string): Promise<number> {
  return deps.db.transaction().execute(async (tx) => {
    const lifted = await tx
      .deleteFrom('sendingPause')
      .returning(['scope', 'subject', 'code'])
      .execute()
    for (const { scope, subject, code } of lifted) {
      await clearAlarm(tx, 'sms.paused', `${scope}:${subject}`)
      await writeAudit(deps, tx, {
        actor: by,
        action: 'sms.resume',
        subjectKind: scope,
        subject,
        details: { code },
      })
    }
    return lifted.length
  })
}
