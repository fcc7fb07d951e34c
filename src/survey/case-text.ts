import type { Core } from '../foundation/core.ts'
import type { Queryable, Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import type { Policy } from '../policy/policy.ts'
import { queueMessages } from '../sms/queue.ts'
import { renderTemplate, type Purpose, type Templates } from '../template/template.ts'
import type { Unit } from '../unit/unit.ts'
import { textParams } from './plan.ts'

export interface CaseTextDeps extends Core {
  policy: () => Promise<Policy>
  units: () => Promise<Map<string, Unit>>
  templates: Templates
}

/** Queues a text of this purpose to the citizen of a case: once per case and purpose, however often it is asked for. */
export async function textCitizen(
  deps: CaseTextDeps,
  tx: Tx,
  caseId: Id,
  purpose: Exclude<Purpose, 'ask'>,
): Promise<void> {
  const about = await tx
    .selectFrom('transaction')
    .select(['business', 'unitCode', 'phoneHash', 'phoneSealed'])
    .where('id', '=', caseId)
    .executeTakeFirst()
  if (!about?.phoneHash || !about.phoneSealed) return
  const template = await deps.templates.active(purpose, about.business)
  if (!template) {
    deps.log.warn({ purpose, business: about.business }, 'no template: this text is not sent')
    return
  }
  await queueMessages(tx, [
    {
      id: deps.newId(),
      caseId,
      purpose,
      phoneHash: about.phoneHash,
      phoneSealed: about.phoneSealed,
      templateVersionId: template.id,
      params: textParams(await deps.units(), about),
      dueAt: deps.clock.now(),
    },
  ])
}

/** The text by which a citizen was asked, as it was really sent: replies often quote it. */
export async function sentText(
  deps: Pick<CaseTextDeps, 'templates'>,
  tx: Queryable,
  caseId: Id,
): Promise<string | null> {
  const message = await tx
    .selectFrom('messageKey')
    .innerJoin('message', 'message.id', 'messageKey.messageId')
    .select(['message.templateVersionId', 'message.params'])
    .where('messageKey.caseId', '=', caseId)
    .where('messageKey.purpose', '=', 'ask')
    .executeTakeFirst()
  if (!message) return null
  const template = await deps.templates.byId(message.templateVersionId)
  return template && renderTemplate(template, message.params as Record<string, string>)
}
