import { dateAt } from '../../src/foundation/clock.ts'
import { originPriority, type CallbackOrigin } from '../../src/callback/rules.ts'
import type { App } from '../../src/app.ts'
import { freshPhone, station } from './app.ts'

export interface SeededCase {
  phone?: string
  name?: string
  text?: string
  origin?: CallbackOrigin
  unitCode?: string
  business?: string
  item?: string
  /** From now, in minutes; negative when it is over. */
  dueInMinutes?: number
}

let counter = 0

/**
 * Puts a case straight into the tables as the loop would have left it: asked, answered with
 * dissatisfaction, waiting to be called. Returns the callback's id.
 */
export async function seedCallback(app: App, wanted: SeededCase = {}): Promise<string> {
  const [id] = await seedCallbacks(app, [wanted])
  return id!
}

export async function seedCallbacks(app: App, wanted: readonly SeededCase[]): Promise<string[]> {
  const now = app.clock.now()
  const template = (await app.templates.active('ask', '户政', null))!
  const rows = wanted.map((each) => {
    const phone = each.phone ?? freshPhone()
    return {
      ...each,
      caseId: app.newId(),
      callbackId: app.newId(),
      replyId: app.newId(),
      phone,
      phoneHash: app.vault.hashPhone(phone),
      phoneSealed: app.vault.seal(phone, 'phone'),
      unitCode: each.unitCode ?? station,
      business: each.business ?? '户政',
      origin: each.origin ?? ('dissatisfied' as const),
      number: ++counter,
    }
  })
  await app.db.transaction().execute(async (tx) => {
    await tx
      .insertInto('transaction')
      .values(
        rows.map((row) => ({
          id: row.caseId,
          source: 'src',
          externalId: `HZ${String(row.number).padStart(6, '0')}`,
          business: row.business,
          unitCode: row.unitCode,
          phoneHash: row.phoneHash,
          phoneSealed: row.phoneSealed,
          nameSealed: app.vault.seal(row.name ?? '王秀英', 'name'),
          item: row.item ?? '补领身份证',
          completedAt: dateAt(now.getTime() - 3 * 3_600_000),
        })),
      )
      .execute()
    await tx
      .insertInto('survey')
      .values(
        rows.map((row) => ({
          id: row.caseId,
          state: 'answered',
          disposition: 'dissatisfied',
          business: row.business,
          unitCode: row.unitCode,
          phoneHash: row.phoneHash,
          signature: template.signature,
          templateVersionId: template.id,
          priority: 1,
          sendAt: now,
          sentAt: dateAt(now.getTime() - 2 * 3_600_000),
          answeredAt: dateAt(now.getTime() - 3_600_000),
          firstRating: 'dissatisfied',
        })),
      )
      .execute()
    await tx
      .insertInto('reply')
      .values(
        rows.map((row) => ({
          id: row.replyId,
          inboundId: app.newId(),
          phoneHash: row.phoneHash,
          phoneSealed: row.phoneSealed,
          textSealed: app.vault.seal(row.text ?? '不满意，跑了三趟', 'text'),
          caseId: row.caseId,
          fit: 'open',
          route: 'rating',
          kind: 'rating',
          rating: 'dissatisfied',
          reasons: ['efficiency'],
          urgent: false,
          conflict: false,
          confidence: 0.95,
          evidence: JSON.stringify([{ rule: 'level', says: 'dissatisfied', start: 0, end: 3 }]),
        })),
      )
      .execute()
    await tx
      .insertInto('callback')
      .values(
        rows.map((row) => ({
          id: row.callbackId,
          caseId: row.caseId,
          origin: row.origin,
          state: 'waiting',
          priority: originPriority[row.origin],
          unitCode: row.unitCode,
          dueAt: dateAt(now.getTime() + (row.dueInMinutes ?? 24 * 60) * 60_000),
          notBefore: dateAt(now.getTime() - 1_000),
        })),
      )
      .execute()
  })
  return rows.map(({ callbackId }) => callbackId)
}
