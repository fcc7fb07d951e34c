import { sql } from 'kysely'
import type { Staff } from '../staff/staff.ts'
import { sightOf, whereInSight } from '../unit/scope.ts'
import type { Overview } from './schema/lead.ts'
import { readShiftNotes } from './shift-notes.ts'
import type { CallbackDeps } from './work.ts'

/**
 * The desk as a supervisor sees it on a day (`yyyy-MM-dd`, the bureau's zone): what stands open now, who is at
 * what, and what was done that day. Cases of one's own unit are in none of it (law 7).
 */
export async function readOverview(
  deps: CallbackDeps,
  staff: Staff,
  day: string,
): Promise<Overview> {
  const [{ callback: policy }, units] = await Promise.all([deps.policy(), deps.units()])
  const seen = whereInSight('c.unit_code', sightOf(units, staff))
  const [from, to] = [`${day}T00:00:00+08:00`, `${day}T24:00:00+08:00`]
  const that = (column: string) =>
    sql`${sql.ref(column)} >= ${from}::timestamptz AND ${sql.ref(column)} < ${to}::timestamptz`
  const ages = sql<Overview['ages'][number]>`
    SELECT ages.label, count(c.id)::int AS count,
      count(*) FILTER (WHERE c.due_at <= now())::int AS overdue,
      count(*) FILTER (WHERE c.due_at > now()
        AND c.due_at <= now() + make_interval(mins => ${policy.soonMinutes}))::int AS soon
    FROM (VALUES (1, '4 小时内', interval '0', interval '4 hours'),
      (2, '4 至 12 小时', interval '4 hours', interval '12 hours'),
      (3, '12 至 24 小时', interval '12 hours', interval '24 hours'),
      (4, '1 至 3 天', interval '1 day', interval '3 days'),
      (5, '3 天以上', interval '3 days', interval '100 years')) AS ages (n, label, least, most)
    LEFT JOIN callback c ON c.state IN ('waiting', 'claimed', 'talking') AND ${seen}
      AND now() - c.opened_at >= ages.least AND now() - c.opened_at < ages.most
    GROUP BY ages.n, ages.label ORDER BY ages.n`.execute(deps.db)
  const people = sql<Overview['people'][number]>`
    SELECT s.id, s.name, s.role,
      (SELECT count(*)::int FROM callback c WHERE c.lease_holder = s.id
        AND c.state IN ('claimed', 'talking') AND c.lease_until IS NOT NULL AND ${seen}) AS working,
      (SELECT min(c.due_at) FROM callback c WHERE c.lease_holder = s.id
        AND c.state IN ('claimed', 'talking') AND ${seen}) AS nearest_due_at,
      count(a.id)::int AS attempts, count(a.id) FILTER (WHERE a.result = 'reached')::int AS reached,
      max(a.at) AS last_at
    FROM staff s
    LEFT JOIN (attempt a JOIN callback c ON c.id = a.callback_id AND ${seen})
      ON a.by_staff = s.id AND ${that('a.at')}
    WHERE s.active AND s.role IN ('agent', 'supervisor')
    GROUP BY s.id ORDER BY working DESC, attempts DESC, s.name`.execute(deps.db)
  const hours = sql<Overview['hours'][number]>`
    SELECT extract(hour FROM a.at AT TIME ZONE 'Asia/Shanghai')::int AS hour, count(*)::int AS attempts,
      count(*) FILTER (WHERE a.result = 'reached')::int AS reached,
      count(*) FILTER (WHERE ${that('a.at')})::int AS day_attempts,
      count(*) FILTER (WHERE ${that('a.at')} AND a.result = 'reached')::int AS day_reached
    FROM attempt a JOIN callback c ON c.id = a.callback_id
    WHERE a.at >= ${to}::timestamptz - interval '30 days' AND a.at < ${to}::timestamptz AND ${seen}
    GROUP BY 1 ORDER BY 1`.execute(deps.db)
  const results = sql<Overview['results'][number]>`
    SELECT a.result, count(*)::int AS count
    FROM attempt a JOIN callback c ON c.id = a.callback_id
    WHERE ${that('a.at')} AND ${seen} GROUP BY 1 ORDER BY 2 DESC`.execute(deps.db)
  const closed = sql<Overview['closed']>`
    SELECT count(*)::int AS total,
      count(*) FILTER (WHERE c.closed_at <= c.due_at)::int AS in_time,
      count(*) FILTER (WHERE c.state = 'resolved')::int AS resolved,
      count(*) FILTER (WHERE c.state = 'unreachable')::int AS unreachable,
      count(*) FILTER (WHERE c.state = 'cancelled')::int AS cancelled,
      count(*) FILTER (WHERE c.finding IN ('upheld', 'partly_upheld'))::int AS upheld
    FROM callback c WHERE ${that('c.closed_at')} AND ${seen}`.execute(deps.db)
  const opened = sql<{ opened: number }>`
    SELECT count(*)::int AS opened FROM callback c WHERE ${that('c.opened_at')} AND ${seen}`.execute(
    deps.db,
  )
  const surveys = sql<Overview['surveys']>`
    SELECT count(*)::int AS sent,
      count(*) FILTER (WHERE c.answered_at IS NOT NULL)::int AS answered,
      count(*) FILTER (WHERE c.first_rating IS NOT NULL)::int AS rated,
      count(*) FILTER (WHERE c.first_rating IN ('very_satisfied', 'satisfied'))::int AS satisfied,
      count(*) FILTER (WHERE c.first_rating = 'basically_satisfied')::int AS basically_satisfied,
      count(*) FILTER (WHERE c.first_rating IN ('dissatisfied', 'very_dissatisfied'))::int AS dissatisfied
    FROM survey c WHERE ${that('c.sent_at')} AND ${seen}
      AND c.id >= partition_bound(${from}::timestamptz - interval '40 days')`.execute(deps.db)
  const all = await Promise.all([ages, people, hours, results, closed, opened, surveys])
  return {
    day,
    ages: all[0].rows,
    people: all[1].rows,
    hours: all[2].rows,
    results: all[3].rows,
    closed: all[4].rows[0]!,
    opened: all[5].rows[0]!.opened,
    surveys: all[6].rows[0]!,
    notes: await readShiftNotes(deps, staff),
  }
}
