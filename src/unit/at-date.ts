import { sql } from 'kysely'
import type { Core } from '../foundation/core.ts'
import type { Unit } from './unit.ts'

/** A unit as it was called and headed on a day (`yyyy-MM-dd`, the bureau's zone); null before its first version. */
export async function unitAt(
  deps: Pick<Core, 'db'> & { units: () => Promise<ReadonlyMap<string, Unit>> },
  code: string,
  day: string,
): Promise<Pick<Unit, 'name' | 'headName'> | null> {
  const today = (await deps.units()).get(code)
  if (today && today.validFrom <= day) return { name: today.name, headName: today.headName }
  const { rows } = await sql<Pick<Unit, 'name' | 'headName'>>`
    SELECT name, head_name FROM unit_version
    WHERE code = ${code} AND valid_from <= ${day}::date
    ORDER BY valid_from DESC LIMIT 1`.execute(deps.db)
  return rows[0] ?? null
}

/** The officers of these codes with their names on a day, in the order of the codes. */
export async function officersAt(
  deps: Pick<Core, 'db'>,
  codes: readonly string[],
  day: string,
): Promise<{ code: string; name: string | null }[]> {
  const { rows } = await sql<{ code: string; name: string }>`
    SELECT DISTINCT ON (code) code, name FROM officer_version
    WHERE code = ANY(${[...codes]}::text[]) AND valid_from <= ${day}::date
    ORDER BY code, valid_from DESC`.execute(deps.db)
  const names = new Map(rows.map(({ code, name }) => [code, name]))
  return codes.map((code) => ({ code, name: names.get(code) ?? null }))
}
