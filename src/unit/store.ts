import { sql } from 'kysely'
import type { Core } from '../foundation/core.ts'
import { remember } from '../foundation/remember.ts'
import type { Unit } from './unit.ts'

/**
 * The units as they stand today (in the bureau's zone), by code. Closed ones stay in the tree, under whom they
 * stood last: the row that closes a unit need not say so, and its cases must not leave anybody's scope by it.
 */
export async function readUnits(deps: Pick<Core, 'db'>): Promise<Map<string, Unit>> {
  const { rows } = await sql<Unit>`
    SELECT DISTINCT ON (v.code) v.code, v.valid_from, v.name, v.head_name, v.head_code, v.closed,
      CASE WHEN v.closed THEN coalesce(v.parent_code, (
        SELECT b.parent_code FROM unit_version b
        WHERE b.code = v.code AND b.valid_from < v.valid_from AND b.parent_code IS NOT NULL
        ORDER BY b.valid_from DESC LIMIT 1)) ELSE v.parent_code END AS parent_code
    FROM unit_version v
    WHERE v.valid_from <= (now() AT TIME ZONE 'Asia/Shanghai')::date
    ORDER BY v.code, v.valid_from DESC`.execute(deps.db)
  return new Map(rows.map((unit) => [unit.code, unit]))
}

const cacheMs = 5_000

/** Like `readUnits`, but an answer may be five seconds old. */
export function unitReader(deps: Pick<Core, 'db'>): () => Promise<Map<string, Unit>> {
  return remember(() => readUnits(deps), cacheMs)
}
