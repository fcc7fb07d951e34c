import { sql } from 'kysely'
import { writeAudit } from '../foundation/audit.ts'
import { dateAt } from '../foundation/clock.ts'
import type { Core } from '../foundation/core.ts'
import type { Tx } from '../foundation/database.ts'
import { AppError } from '../foundation/errors.ts'
import { idFloor } from '../foundation/ids.ts'
import { maskPhone, normalisePhone } from '../foundation/phone.ts'
import type { Business } from '../policy/policy.ts'
import { blocksOf } from '../sms/contact-block.ts'
import type { SmsGateway } from '../sms/gateway.ts'
import { templateStateWords, usableStates } from '../template/states.ts'
import { findVersion } from '../template/versions.ts'
import type { Unit } from '../unit/unit.ts'
import { textParams } from './wording.ts'

export interface PreviewDeps extends Core {
  units: () => Promise<Map<string, Unit>>
  gateway: SmsGateway
}

/** Values that a text is filled with, of a real transaction. */
export interface TextSample {
  business: string
  unitName: string
  /** Masked. */
  phone: string
  completedAt: Date
  params: Record<string, string>
}

const samplesShown = 5
const recentDays = 31

/** The latest transactions with a number, as texts would name them, and the longest name that a unit has in a text. */
export async function textSamples(
  deps: Pick<PreviewDeps, 'db' | 'clock' | 'vault' | 'units'>,
  business: Business | null,
): Promise<{ samples: TextSample[]; longestUnit: string }> {
  const units = await deps.units()
  const rows = await deps.db
    .selectFrom('transaction')
    .select(['business', 'unitCode', 'phoneSealed', 'completedAt'])
    .where('id', '>=', idFloor(dateAt(deps.clock.nowMs() - recentDays * 24 * 3_600_000)))
    .where('phoneSealed', 'is not', null)
    .$if(business !== null, (query) => query.where('business', '=', business!))
    .orderBy('id', 'desc')
    .limit(samplesShown)
    .execute()
  const names = [...units.values()]
    .filter(({ closed }) => !closed)
    .map(({ code }) => textParams(units, { unitCode: code, business: '户政' })['unit']!)
  return {
    samples: rows.map(({ business: of, unitCode, phoneSealed, completedAt }) => ({
      business: of,
      unitName: units.get(unitCode)?.name ?? unitCode,
      phone: maskPhone(deps.vault.open(phoneSealed!, 'phone')),
      completedAt,
      params: textParams(units, { unitCode, business: of }),
    })),
    longestUnit: names.reduce(
      (longest, name) => (name.length > longest.length ? name : longest),
      '',
    ),
  }
}

const testsPerHour = 10

/**
 * Texts one's own number a version that the provider has approved, filled as the latest transaction would. It belongs to
 * no case, so a reply to it is nobody's. The number is kept nowhere.
 */
export async function sendTest(
  deps: PreviewDeps,
  wanted: { id: string; phone: string; by: string },
): Promise<{ outcome: 'accepted' | 'rejected' | 'unknown'; says: string }> {
  const phone = normalisePhone(wanted.phone)
  if (!phone.ok || phone.kind !== 'mobile') {
    throw new AppError('request.invalid', { field: 'phone', reason: '须是 11 位手机号码' })
  }
  const version = await findVersion(deps.db, wanted.id)
  if (version.providerCode === null || !usableStates.includes(version.state)) {
    throw new AppError('template.wrong_state', {
      state: templateStateWords[version.state],
      action: '试发：平台审核通过后才能发送',
    })
  }
  const hash = deps.vault.hashPhone(phone.phone)
  if ((await blocksOf(deps.db, [hash]))(hash, null) !== null) {
    throw new AppError('request.invalid', { field: 'phone', reason: '该号码在不发送名单中' })
  }
  const { samples, longestUnit } = await textSamples(deps, version.business as Business | null)
  const params = samples[0]?.params ?? { unit: longestUnit, business: '户政' }
  const outId = deps.newId()
  await deps.db.transaction().execute(async (tx) => {
    await holdPace(deps, tx, wanted.by)
    await writeAudit(deps, tx, {
      actor: wanted.by,
      action: testAction,
      subjectKind: 'template',
      subject: version.id,
      details: { key: version.key, version: version.version },
    })
  })
  const result = await deps.gateway.send({
    outId,
    templateCode: version.providerCode,
    texts: [
      {
        messageId: outId,
        phone: phone.phone,
        signature: version.signature,
        templateParams: Object.fromEntries(
          Object.entries(params).filter(([name]) => version.body.includes(`\${${name}}`)),
        ),
      },
    ],
  })
  if (result.outcome === 'accepted') return { outcome: 'accepted', says: '平台已受理，请留意手机' }
  if (result.outcome === 'unknown') {
    return {
      outcome: 'unknown',
      says: '平台没有给出明确结果，可能已发出；请先看手机，不要重复试发',
    }
  }
  const { meaning, code } = result.refusal
  return { outcome: 'rejected', says: `平台拒绝：${meaning}（${code}）` }
}

const testAction = 'template.test'

/** One after the other: two tests at once would count each other out. */
async function holdPace(deps: Pick<PreviewDeps, 'clock'>, tx: Tx, by: string): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtext('huifang.test_text'))`.execute(tx)
  const { tests } = await tx
    .selectFrom('audit')
    .select(sql<number>`count(*)`.as('tests'))
    .where('id', '>=', idFloor(dateAt(deps.clock.nowMs() - 3_600_000)))
    .where('actor', '=', by)
    .where('action', '=', testAction)
    .executeTakeFirstOrThrow()
  if (tests >= testsPerHour) {
    throw new AppError('template.test_too_often', { limit: testsPerHour })
  }
}
