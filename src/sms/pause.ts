import { clearAlarm, raiseAlarm } from '../alarm/alarm.ts'
import { writeAudit } from '../foundation/audit.ts'
import type { Core } from '../foundation/core.ts'
import { nowPlus, type Tx } from '../foundation/database.ts'
import type { Refusal } from './gateway.ts'

export const pausedAlarm = 'sms.paused'

export interface Pause {
  refusal: Refusal
  templateVersionId: string
  signature: string
  /** Left out: until a person lifts it. */
  forSeconds?: number
}

/**
 * Stops sending for an account, a signature or a template that the provider refuses, and calls somebody, unless
 * it is only a matter of seconds. A pause that somebody must lift is never shortened by one that ends by itself.
 */
export async function pauseSending(
  deps: Pick<Core, 'newId'>,
  tx: Tx,
  { refusal, templateVersionId, signature, forSeconds }: Pause,
): Promise<void> {
  const scope =
    refusal.scope === 'template' || refusal.scope === 'signature' ? refusal.scope : 'account'
  const subject = { template: templateVersionId, signature, account: 'account' }[scope]
  const until = forSeconds === undefined ? null : nowPlus(forSeconds)
  await tx
    .insertInto('sendingPause')
    .values({ scope, subject, code: refusal.code, until })
    .onConflict((conflict) =>
      conflict
        .columns(['scope', 'subject'])
        .doUpdateSet({ code: refusal.code, until })
        .where('sendingPause.until', 'is not', null),
    )
    .execute()
  if (refusal.window === 'second') return
  const end =
    forSeconds === undefined
      ? '处理后请执行 huifang sms resume'
      : `约 ${readable(forSeconds)}后自动恢复，也可执行 huifang sms resume 立即恢复`
  await raiseAlarm(deps, tx, {
    kind: pausedAlarm,
    subject: `${scope}:${subject}`,
    message: `短信发送已暂停：${refusal.meaning}（${refusal.code}）。${end}`,
  })
}

function readable(seconds: number): string {
  return seconds < 5_400 ? `${Math.ceil(seconds / 60)} 分钟` : `${Math.ceil(seconds / 3600)} 小时`
}

/** Lifts all pauses after a person mended the cause; returns how many. */
export async function resumeSending(deps: Pick<Core, 'db' | 'newId'>, by: string): Promise<number> {
  return deps.db.transaction().execute(async (tx) => {
    const lifted = await tx
      .deleteFrom('sendingPause')
      .returning(['scope', 'subject', 'code'])
      .execute()
    for (const { scope, subject, code } of lifted) {
      await clearAlarm(tx, pausedAlarm, `${scope}:${subject}`)
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

// A trouble that comes back at the first try after its pause is still the same one: its alarm stands.
const quietSeconds = 120

/** Forgets pauses that ended by themselves and did not come back, and clears their alarms. */
export async function forgetEndedPauses(deps: Pick<Core, 'db'>): Promise<void> {
  await deps.db.transaction().execute(async (tx) => {
    const ended = await tx
      .deleteFrom('sendingPause')
      .where('until', '<', nowPlus(-quietSeconds))
      .returning(['scope', 'subject'])
      .execute()
    for (const { scope, subject } of ended) await clearAlarm(tx, pausedAlarm, `${scope}:${subject}`)
  })
}
