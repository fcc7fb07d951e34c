import type { Core } from '../foundation/core.ts'
import type { Id } from '../foundation/ids.ts'
import { maskPhone } from '../foundation/phone.ts'

/** What the person who calls sees of a case: the number masked, the citizen's words in full. */
export async function viewCase(deps: Core, caseId: Id) {
  const transaction = await deps.db
    .selectFrom('transaction')
    .select([
      'externalId',
      'business',
      'category',
      'unitCode',
      'officerCodes',
      'item',
      'completedAt',
      'phoneSealed',
      'nameSealed',
    ])
    .where('id', '=', caseId)
    .executeTakeFirst()
  if (!transaction) return null
  const replies = await deps.db
    .selectFrom('reply')
    .select([
      'receivedAt',
      'kind',
      'rating',
      'reasons',
      'urgent',
      'conflict',
      'evidence',
      'textSealed',
    ])
    .where('caseId', '=', caseId)
    .orderBy('id')
    .execute()
  const { phoneSealed, nameSealed, ...facts } = transaction
  return {
    ...facts,
    phone: phoneSealed && maskPhone(deps.vault.open(phoneSealed, 'phone')),
    name: nameSealed && deps.vault.open(nameSealed, 'name'),
    replies: replies.map(({ textSealed, ...reply }) => ({
      ...reply,
      text: deps.vault.open(textSealed, 'text'),
    })),
  }
}
