import { sql, type SqlBool } from 'kysely'
import type { Staff } from '../staff/staff.ts'
import { sightOf, subtree, whereInSight } from '../unit/scope.ts'
import type { DeskCounts, QueueQuery, QueueRow, QueueScope } from './schema/queue.ts'
import type { CallbackDeps } from './work.ts'

export type QueueDeps = Pick<CallbackDeps, 'db' | 'policy' | 'units'>

const atWork = sql<SqlBool>`c.state IN ('waiting', 'claimed', 'talking')`

/** The part of the queue that a scope names, as a condition on `callback c`. */
function within(scope: QueueScope, staff: Staff, soonMinutes: number) {
  switch (scope) {
    case 'due':
      return sql<SqlBool>`c.state = 'waiting' AND c.not_before <= now()`
    case 'later':
      return sql<SqlBool>`c.state = 'waiting' AND c.not_before > now()`
    case 'claimed':
      return sql<SqlBool>`c.state IN ('claimed', 'talking')`
    case 'overdue':
      return sql<SqlBool>`${atWork} AND c.due_at <= now()`
    case 'soon':
      return sql<SqlBool>`${atWork} AND c.due_at > now()
        AND c.due_at <= now() + make_interval(mins => ${soonMinutes})`
    case 'mine':
      return sql<SqlBool>`c.state IN ('claimed', 'talking') AND c.lease_holder = ${staff.id}`
  }
}

/** A page of the queue in the order in which it is called, without the cases of one's own unit (law 7). */
export async function readQueue(
  deps: QueueDeps,
  staff: Staff,
  query: QueueQuery,
): Promise<{ rows: QueueRow[]; total: number }> {
  const [{ callback: policy }, units] = await Promise.all([deps.policy(), deps.units()])
  const sight = sightOf(units, staff)
  const below = query.unitCode === undefined ? null : [...subtree(units, query.unitCode)]
  const condition = sql<SqlBool>`${within(query.scope, staff, policy.soonMinutes)}
    AND ${whereInSight('c.unit_code', sight)}
    AND (${query.origin ?? null}::text IS NULL OR c.origin = ${query.origin ?? null})
    AND (${below}::text[] IS NULL OR c.unit_code = ANY(${below}::text[]))
    AND (${query.business ?? null}::text IS NULL OR t.business = ${query.business ?? null})`
  const { rows } = await sql<Omit<QueueRow, 'unitName'> & { total: number }>`
    WITH page AS (
      SELECT c.*, t.business, t.item, count(*) OVER ()::int AS total
      FROM callback c JOIN transaction t ON t.id = c.case_id
      WHERE ${condition}
      ORDER BY c.priority DESC, c.due_at, c.id LIMIT ${query.limit} OFFSET ${query.offset})
    SELECT p.id, p.origin, p.state, p.unit_code, p.business, p.item, s.first_rating AS rating,
      p.opened_at, p.due_at, p.due_provisional, p.not_before, p.attempts, p.lease_until, p.total,
      a.result AS last_result, a.settle_at,
      CASE WHEN h.id IS NOT NULL THEN json_build_object('id', h.id, 'name', h.name) END AS holder
    FROM page p
    LEFT JOIN survey s ON s.id = p.case_id
    LEFT JOIN staff h ON h.id = p.lease_holder
    LEFT JOIN LATERAL (SELECT result, settle_at FROM attempt WHERE callback_id = p.id
      ORDER BY ordinal DESC LIMIT 1) a ON true
    ORDER BY p.priority DESC, p.due_at, p.id`.execute(deps.db)
  return {
    rows: rows.map((row) => ({ ...row, unitName: units.get(row.unitCode)?.name ?? row.unitCode })),
    total: rows[0]?.total ?? 0,
  }
}

/** The live figures of the desk. All read partial indexes that hold open work only. */
export async function countDesk(deps: QueueDeps, staff: Staff): Promise<DeskCounts> {
  const [{ callback: policy }, units] = await Promise.all([deps.policy(), deps.units()])
  const sight = sightOf(units, staff)
  const concerns = sql<SqlBool>`q.concerned_units && ${sight.never}::text[]`
  const ours =
    sight.within === null
      ? sql`true`
      : sql`coalesce(q.unit_code = ANY(${sight.within}::text[]), false)`
  const count = (scope: QueueScope) =>
    sql`count(*) FILTER (WHERE ${within(scope, staff, policy.soonMinutes)})::int`
  const { rows } = await sql<DeskCounts>`
    SELECT ${count('due')} AS due, ${count('later')} AS later, ${count('claimed')} AS claimed,
      ${count('overdue')} AS overdue, ${count('soon')} AS soon, ${count('mine')} AS mine,
      (SELECT count(*)::int FROM triage q WHERE q.state = 'waiting' AND NOT ${concerns} AND ${ours}) AS triage,
      (SELECT count(*)::int FROM duty d WHERE d.state = 'ringing' AND NOT EXISTS (
        SELECT 1 FROM triage q WHERE q.reply_id = d.reply_id AND ${concerns})) AS ringing,
      (SELECT count(*)::int FROM rating_review r JOIN callback k ON k.id = r.callback_id
        WHERE r.state = 'waiting' AND r.proposed_by <> ${staff.id}
        AND ${whereInSight('k.unit_code', sight)}) AS reviews,
      (SELECT count(DISTINCT n.callback_id)::int FROM callback_note n JOIN callback k ON k.id = n.callback_id
        WHERE n.kind = 'question' AND n.answered_at IS NULL
        AND ${whereInSight('k.unit_code', sight)}) AS questions
    FROM callback c WHERE ${atWork} AND ${whereInSight('c.unit_code', sight)}`.execute(deps.db)
  return rows[0]!
}
