import { sql, type Selectable } from 'kysely'
import type { Core } from '../foundation/core.ts'
import type { Queryable, Tx } from '../foundation/database.ts'
import type { DB } from '../foundation/db-types.ts'
import type { Id } from '../foundation/ids.ts'
import type { Policy } from '../policy/policy.ts'
import { answerPriority, queueMessages, type NewMessage } from '../sms/queue.ts'
import {
  renderTemplate,
  type Purpose,
  type Templates,
  type TemplateVersion,
} from '../template/template.ts'
import type { Unit } from '../unit/unit.ts'
import { textParams, worded } from './wording.ts'

/** Texts that answer a citizen, who waits for them. */
type AnswerPurpose = Exclude<Purpose, 'ask' | 'reminder'>

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
  purpose: AnswerPurpose,
): Promise<void> {
  await answerCitizens(deps, tx, [caseId], purpose)
}

/** The same for the citizens of several cases. */
export async function answerCitizens(
  deps: CaseTextDeps,
  tx: Tx,
  caseIds: readonly Id[],
  purpose: AnswerPurpose,
): Promise<void> {
  const dueAt = deps.clock.now()
  await textCitizens(deps, tx, { caseIds, purpose, priority: answerPriority, dueAt })
}

export interface SentAsk {
  /** As it was really sent: replies often quote it. Null where its template is gone. */
  text: string | null
  /** Null while nobody knows. */
  delivered: boolean | null
}

/** The text by which a citizen was asked; null where there is none. */
export async function sentAsk(
  deps: Pick<CaseTextDeps, 'templates'>,
  tx: Queryable,
  caseId: Id,
): Promise<SentAsk | null> {
  const { rows: keys } = await sql<{ messageId: Id }>`
    SELECT message_id FROM message_key WHERE case_id = ${caseId} AND purpose = 'ask'`.execute(tx)
  const key = keys[0]
  if (!key) return null
  // By its id, which names the month: a join, or a query within, would open every month there is.
  const { rows } = await sql<
    Pick<Selectable<DB['message']>, 'templateVersionId' | 'params' | 'delivery'>
  >`
    SELECT template_version_id, params, delivery FROM message WHERE id = ${key.messageId}`.execute(
    tx,
  )
  const message = rows[0]
  if (!message) return null
  const template = await deps.templates.byId(message.templateVersionId)
  return {
    text: template && renderTemplate(template, message.params as Record<string, string>),
    delivered: message.delivery === null ? null : message.delivery === 'delivered',
  }
}

interface CaseTexts {
  caseIds: readonly Id[]
  purpose: Exclude<Purpose, 'ask'>
  priority: number
  dueAt: Date
  /** Whether the text in use may go to the citizen of this case. */
  fits?: (template: TemplateVersion, caseId: Id) => boolean
}

/** Queues the text of a purpose to the citizens of these cases, where one in use fits; once per case and purpose. */
export async function textCitizens(
  deps: CaseTextDeps,
  tx: Tx,
  { caseIds, purpose, priority, dueAt, fits }: CaseTexts,
): Promise<void> {
  if (caseIds.length === 0) return
  const units = await deps.units()
  const messages: NewMessage[] = []
  for (const about of await readRecipients(tx, caseIds)) {
    const template = await deps.templates.active(purpose, about.business, about.phoneHash)
    if (template && (fits?.(template, about.caseId) ?? true)) {
      const { caseId, phoneHash, phoneSealed, unitCode } = about
      const id = deps.newId()
      const templateVersionId = template.id
      messages.push({
        id,
        caseId,
        purpose,
        phoneHash,
        phoneSealed,
        templateVersionId,
        ...worded(template, textParams(units, about)),
        unitCode,
        priority,
        dueAt,
      })
    } else {
      const { business } = about
      deps.log.warn({ purpose, business }, 'no fitting template: this text is not sent')
    }
  }
  await queueMessages(tx, messages)
}

async function readRecipients(tx: Tx, caseIds: readonly Id[]) {
  return (
    tx
      .selectFrom('transaction')
      .select(['id as caseId', 'business', 'unitCode'])
      .select((eb) => [
        eb.ref('phoneHash').$notNull().as('phoneHash'),
        eb.ref('phoneSealed').$notNull().as('phoneSealed'),
      ])
      .where('id', 'in', [...caseIds])
      .where('phoneHash', 'is not', null)
      .where('phoneSealed', 'is not', null)
      // Who was never asked by text, a landline say, gets no other text either.
      .where((eb) =>
        eb.exists(
          eb.selectFrom('survey').select('survey.id').whereRef('survey.id', '=', 'transaction.id'),
        ),
      )
      .orderBy('id')
      .execute()
  )
}
