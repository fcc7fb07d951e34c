import { sql } from 'kysely'
import type { Staff } from '../staff/staff.ts'
import { sightOf, whereInSight } from '../unit/scope.ts'
import type { CallsOverview } from './schema/lead.ts'
import type { CallbackDeps } from './work.ts'

/** Calls through the exchange: those under way now, and what came of those of a day (`yyyy-MM-dd`), hour by hour. */
export async function readCalls(
  deps: CallbackDeps,
  staff: Staff,
  day: string,
): Promise<CallsOverview> {
  const seen = whereInSight('c.unit_code', sightOf(await deps.units(), staff))
  const open = sql<CallsOverview['open'][number]>`
    SELECT c.id, c.callback_id, c.state, c.unit_code, s.name AS staff_name, c.extension, c.requested_at,
      c.citizen_answered_at
    FROM call c JOIN staff s ON s.id = c.staff_id
    WHERE c.state <> 'ended' AND ${seen} ORDER BY c.requested_at`.execute(deps.db)
  const hours = sql<CallsOverview['hours'][number]>`
    SELECT extract(hour FROM c.requested_at AT TIME ZONE 'Asia/Shanghai')::int AS hour, c.result,
      count(*)::int AS count
    FROM call c
    WHERE c.requested_at >= ${`${day}T00:00:00+08:00`}::timestamptz
      AND c.requested_at < ${`${day}T24:00:00+08:00`}::timestamptz AND c.result IS NOT NULL AND ${seen}
    GROUP BY 1, 2 ORDER BY 1, 3 DESC`.execute(deps.db)
  const [now, past] = await Promise.all([open, hours])
  return { open: now.rows, hours: past.rows }
}
