import { sql } from 'kysely'
import type { Core } from '../foundation/core.ts'
import { remember } from '../foundation/remember.ts'
import type { Unit } from './unit.ts'

/** The units as they stand today (in the bureau's zone), by code; closed ones are left out. */
export async function readUnits(deps: Pick<Core, 'db'>): Promise<Map<string, Unit>> {
  const { rows } = await sql<Unit & { closed: boolean }>`
    SELECT DISTINCT ON (code) code, name, parent_code, head_name, head_code, closed
    FROM unit_version
    WHERE valid_from <= (now() AT TIME ZONE 'Asia/Shanghai')::date
    ORDER BY code, valid_from DESC`.execute(deps.db)
  return new Map(rows.filter((row) => !row.closed).map((unit) => [unit.code, unit]))
}

const cacheMs = 5_000

/** Like `readUnits`, but an answer may be five seconds old. */
export function unitReader(deps: Pick<Core, 'db'>): () => Promise<Map<string, Unit>> {
  return remember(() => readUnits(deps), cacheMs)
}
