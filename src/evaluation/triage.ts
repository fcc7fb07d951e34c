import { raiseAlarm, clearAlarm } from '../alarm/alarm.ts'
import type { Core } from '../foundation/core.ts'
import type { Id } from '../foundation/ids.ts'
import { maskPhone } from '../foundation/phone.ts'
import { ratings, type OptionScale } from '../foundation/rating.ts'
import type { Staff } from '../staff/staff.ts'
import { sentAsk, type CaseTextDeps } from '../survey/case-text.ts'
import { sightOf } from '../unit/scope.ts'
import {
  casesOfNumbers,
  countOverdue,
  listTriage,
  repliesOfNumbers,
  type WaitingTriage,
} from './triage-store.ts'

/** Waiting replies that this person may judge, nearest deadline first, with all that judging them takes. */
export async function waitingTriage(deps: CaseTextDeps, staff: Staff, limit: number) {
  const units = await deps.units()
  const sight = sightOf(units, staff)
  const waiting = await listTriage(deps.db, sight, { limit })
  const hashes = waiting.map(({ phoneHash }) => phoneHash)
  const hex = ({ phoneHash }: { phoneHash: Buffer }) => phoneHash.toString('hex')
  const replies = Map.groupBy(await repliesOfNumbers(deps, deps.db, hashes), hex)
  const cases = Map.groupBy(await casesOfNumbers(deps, deps.db, hashes, sight), hex)
  return Promise.all(
    waiting.map(async ({ phoneSealed, textSealed, phoneHash, ...row }) => {
      const ofNumber = cases.get(phoneHash.toString('hex')) ?? []
      const own = ofNumber.find(({ caseId }) => caseId === row.caseId) ?? null
      const asked = row.caseId === null ? null : await askedOf(deps, row.caseId)
      return {
        ...row,
        unitName: row.unitCode === null ? null : (units.get(row.unitCode)?.name ?? row.unitCode),
        phone: maskPhone(deps.vault.open(phoneSealed, 'phone')),
        text: deps.vault.open(textSealed, 'text'),
        business: own?.business ?? null,
        item: own?.item ?? null,
        completedAt: own?.completedAt ?? null,
        sentText: asked?.text ?? null,
        options: asked?.options ?? [],
        earlier: (replies.get(phoneHash.toString('hex')) ?? [])
          .filter(({ id }) => id < row.replyId)
          .map((each) => ({
            receivedAt: each.receivedAt,
            text: deps.vault.open(each.textSealed, 'text'),
            rating: each.route === 'rating' ? each.rating : each.decidedRating,
          })),
        cases: mayChooseCase(row)
          ? ofNumber.map(({ caseId, unitCode, business, item, completedAt, sentAt }) => {
              const unitName = units.get(unitCode)?.name ?? unitCode
              return { caseId, unitCode, unitName, business, item, completedAt, sentAt }
            })
          : [],
      }
    }),
  )
}

/** Where nobody knows to which of the number's cases a reply belongs, the person who judges it may say. */
export function mayChooseCase({ reason, caseId }: Pick<WaitingTriage, 'reason' | 'caseId'>) {
  return caseId === null || reason === 'ambiguous'
}

/** The text that the citizen answered, and what its figures mean, best first. */
async function askedOf(deps: CaseTextDeps, caseId: Id) {
  const survey = await deps.db
    .selectFrom('survey')
    .select('templateVersionId')
    .where('id', '=', caseId)
    .executeTakeFirst()
  const template = survey && (await deps.templates.byId(survey.templateVersionId))
  const ask = await sentAsk(deps, deps.db, caseId)
  return { text: ask?.text ?? null, options: optionsOf(template?.scale ?? {}) }
}

function optionsOf(scale: OptionScale) {
  return Object.entries(scale)
    .map(([figure, rating]) => ({ figure, rating }))
    .sort((a, b) => ratings.indexOf(a.rating) - ratings.indexOf(b.rating))
}

const overdueAlarm = ['triage.overdue', 'desk'] as const

/** Tells the duty desk when replies wait for a person longer than they may, and stops when none do. */
export async function watchTriage(deps: Pick<Core, 'db' | 'newId'>): Promise<void> {
  const [kind, subject] = overdueAlarm
  if ((await countOverdue(deps.db)) === 0) return clearAlarm(deps.db, kind, subject)
  await raiseAlarm(deps, deps.db, {
    kind,
    subject,
    message: '有回复超过时限仍未人工判读，请值班人员立即打开人工判读列表处理',
  })
}
