import { sql, type SqlBool } from 'kysely'
import { writeAudit } from '../foundation/audit.ts'
import { AppError } from '../foundation/errors.ts'
import { maskPhone, normalisePhone } from '../foundation/phone.ts'
import type { Staff } from '../staff/staff.ts'
import { sightOf, whereInSight } from '../unit/scope.ts'
import type { FoundCase, SearchBody } from './schema/lead.ts'
import type { CallbackDeps } from './work.ts'

/**
 * Finds callbacks by a whole number, the number of the transaction, unit, officer or period, newest first.
 * Who looked for what is on record (a number as its masked form); cases of one's own unit are not found (law 7).
 */
export async function searchCallbacks(
  deps: CallbackDeps,
  staff: Staff,
  wanted: SearchBody,
): Promise<FoundCase[]> {
  const normal = wanted.phone === undefined ? null : normalisePhone(wanted.phone)
  if (normal && !normal.ok) {
    throw new AppError('request.invalid', { field: 'phone', reason: '不是完整的电话号码' })
  }
  await writeAudit(deps, deps.db, {
    actor: `staff:${staff.id}`,
    action: 'callback.search',
    subjectKind: 'search',
    subject: normal ? maskPhone(normal.phone) : (wanted.externalId ?? ''),
    details: {
      unitCode: wanted.unitCode ?? null,
      officerCode: wanted.officerCode ?? null,
      from: wanted.from ?? null,
      to: wanted.to ?? null,
    },
  })
  const phoneHash = normal ? deps.vault.hashPhone(normal.phone) : null
  const found = await readFound(deps, staff, { ...wanted, phoneHash }, null, wanted.limit)
  return found.map((each) => ({ ...each, phone: each.phone && maskPhone(each.phone) }))
}

type Conditions = Pick<SearchBody, 'externalId' | 'unitCode' | 'officerCode' | 'from' | 'to'> & {
  phoneHash: Buffer | null
}

/** A page of what was found, older than `before`. */
export async function readFound(
  deps: CallbackDeps,
  staff: Staff,
  wanted: Conditions,
  before: string | null,
  limit: number,
): Promise<FoundCase[]> {
  const units = await deps.units()
  const conditions: ReturnType<typeof sql<SqlBool>>[] = [
    whereInSight('c.unit_code', sightOf(units, staff)),
  ]
  if (before !== null) conditions.push(sql`c.id < ${before}`)
  if (wanted.phoneHash) conditions.push(sql`t.phone_hash = ${wanted.phoneHash}`)
  if (wanted.externalId) conditions.push(sql`t.external_id = ${wanted.externalId}`)
  if (wanted.unitCode) conditions.push(sql`c.unit_code = ${wanted.unitCode}`)
  if (wanted.officerCode) conditions.push(sql`${wanted.officerCode} = ANY(t.officer_codes)`)
  if (wanted.from)
    conditions.push(sql`c.opened_at >= ${`${wanted.from}T00:00:00+08:00`}::timestamptz`)
  if (wanted.to) conditions.push(sql`c.opened_at < ${`${wanted.to}T24:00:00+08:00`}::timestamptz`)
  const { rows } = await sql<
    Omit<FoundCase, 'unitName' | 'phone'> & { phoneSealed: Buffer | null }
  >`
    SELECT c.id, t.external_id, t.business, t.item, c.unit_code, t.completed_at, c.origin, c.state,
      s.first_rating AS rating, c.later_rating, c.finding, c.opened_at, c.due_at, c.closed_at,
      c.attempts, t.phone_sealed
    FROM callback c
    JOIN transaction t ON t.id = c.case_id
    LEFT JOIN survey s ON s.id = c.case_id
    WHERE ${sql.join(conditions, sql` AND `)}
    ORDER BY c.id DESC LIMIT ${limit}`.execute(deps.db)
  return rows.map(({ phoneSealed, ...row }) => ({
    ...row,
    unitName: units.get(row.unitCode)?.name ?? row.unitCode,
    phone: phoneSealed && deps.vault.open(phoneSealed, 'phone'),
  }))
}
