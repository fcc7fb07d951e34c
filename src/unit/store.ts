import { sql } from 'kysely'
import type { Core } from '../foundation/core.ts'

export interface Unit {
  code: string
  name: string
  parentCode: string | null
  headName: string | null
  headCode: string | null
}

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
  let cached: { units: Map<string, Unit>; readAtMs: number } | undefined
  return async () => {
    if (!cached || performance.now() - cached.readAtMs > cacheMs) {
      cached = { units: await readUnits(deps), readAtMs: performance.now() }
    }
    return cached.units
  }
}

/** The unit and everything below it. */
export function subtree(units: ReadonlyMap<string, Unit>, root: string): Set<string> {
  const found = new Set([root])
  let grown = true
  while (grown) {
    grown = false
    for (const { code, parentCode } of units.values()) {
      if (parentCode !== null && found.has(parentCode) && !found.has(code)) {
        found.add(code)
        grown = true
      }
    }
  }
  return found
}

/** Codes that transactions named and nobody imported, with how often: what the operator should ask the source about. */
export async function unknownUnits(
  deps: Pick<Core, 'db'>,
): Promise<{ unitCode: string; transactions: number }[]> {
  const rows = await deps.db
    .selectFrom('suppression')
    .select(['unitCode', (eb) => eb.fn.countAll<number>().as('transactions')])
    .where('reason', '=', 'unit_unknown')
    .groupBy('unitCode')
    .orderBy('transactions', 'desc')
    .execute()
  return rows
}
