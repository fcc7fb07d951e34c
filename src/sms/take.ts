import { sql } from 'kysely'
import type { Clock } from '../foundation/clock.ts'
import { dateAt } from '../foundation/clock.ts'
import type { Core } from '../foundation/core.ts'
import { inBatches } from '../foundation/relay.ts'
import { idFloor, type Id } from '../foundation/ids.ts'
import type { Policy } from '../policy/policy.ts'
import { segmentsPerDay, spentToday, today } from './spending.ts'

/** Nobody is texted about a matter that lay for so long; it also names the partitions to look in. */
export const queuedAtMostDays = 40

/** The lowest id that a text in the queue can have. */
export function oldestQueued(clock: Clock): Id {
  return idFloor(dateAt(clock.nowMs() - queuedAtMostDays * 24 * 3600 * 1000))
}

const claimSeconds = 60
// Read at most per unit and round, in fair shares: enough to fill the room that units with few texts leave.
const sharesPerUnit = 4

export interface TakeDeps extends Pick<Core, 'db' | 'clock'> {
  policy: () => Promise<Policy>
}

/**
 * Takes due texts for the relay, in batches that share a template: the more urgent first, and among equals the
 * units in turn. Nothing outside the sending window, nothing that is paused, and no more than the account's rate.
 */
export async function takeDueMessages(deps: TakeDeps, limit: number): Promise<Id[][]> {
  const taken: Taken[] = []
  while (taken.length < limit) {
    const more = await takeMostUrgent(deps, limit - taken.length)
    if (more.length === 0) break
    taken.push(...more)
  }
  const byTemplate = Map.groupBy(taken, ({ templateVersionId }) => templateVersionId)
  return [...byTemplate.values()].flatMap((group) => inBatches(group, 100))
}

interface Taken {
  id: Id
  templateVersionId: string
}

/**
 * Serves the most urgent priority that has texts due. The account's bucket of tokens is one row: all workers of
 * all machines share it, and its lock makes them take turns.
 */
async function takeMostUrgent(deps: TakeDeps, limit: number): Promise<Taken[]> {
  const { survey, sms } = await deps.policy()
  const oldest = oldestQueued(deps.clock)
  const segmentsAtMost = segmentsPerDay(sms)
  const queued = sql`m.state = 'queued' AND m.id >= ${oldest}`
  const head = sql`-m.priority AS rank, m.template_version_id, m.unit_code, m.look_at`
  const inLanes = sql`-m.priority, m.template_version_id, m.unit_code, m.look_at`
  const { rows } = await sql<Taken>`
    WITH RECURSIVE allowance AS (
      SELECT ${tokensNow(sms.textsPerSecond)} AS tokens, ${spentToday} AS spent FROM sending_rate
      WHERE name = 'send' AND ${windowIsOpen(survey.sendingWindow)} AND NOT ${accountIsPaused}
      FOR UPDATE SKIP LOCKED),
    room AS (
      SELECT least(${limit}, floor(tokens))::int AS texts,
        greatest(0, ${segmentsAtMost}::bigint - spent) AS segments
      FROM allowance),
    lane AS (
      (SELECT first.* FROM room CROSS JOIN LATERAL (
        SELECT ${head} FROM message m WHERE ${queued} ORDER BY ${inLanes} LIMIT 1) first
      WHERE room.texts > 0)
      UNION ALL
      SELECT next.* FROM lane CROSS JOIN LATERAL (
        SELECT ${head} FROM message m
        WHERE ${queued} AND (-m.priority, m.template_version_id, m.unit_code)
          > (lane.rank, lane.template_version_id, lane.unit_code)
        ORDER BY ${inLanes} LIMIT 1) next),
    due AS (
      SELECT l.* FROM lane l
      WHERE l.look_at <= now() AND NOT ${templateIsPaused(sql`l.template_version_id`)}),
    served AS (SELECT *, count(*) OVER () AS lanes FROM due WHERE rank = (SELECT min(rank) FROM due)),
    candidate AS (
      SELECT c.id, c.segments, row_number() OVER (PARTITION BY l.unit_code ORDER BY c.look_at) AS turn
      FROM served l CROSS JOIN LATERAL (
        SELECT m.id, m.look_at, ${notYetCharged} AS segments FROM message m
        WHERE ${queued} AND -m.priority = l.rank AND m.template_version_id = l.template_version_id
          AND m.unit_code = l.unit_code AND m.look_at <= now()
        ORDER BY m.look_at
        LIMIT (SELECT ceil(${sharesPerUnit}::numeric * texts / l.lanes) FROM room)) c),
    chosen AS (
      ${affordable(sms)} ORDER BY turn, id LIMIT (SELECT texts FROM room)),
    locked AS (
      SELECT m.id FROM message m
      WHERE m.id = ANY(ARRAY(SELECT id FROM chosen)) AND ${queued} AND m.look_at <= now()
      FOR UPDATE SKIP LOCKED),
    taken AS (
      UPDATE message m SET look_at = now() + make_interval(secs => ${claimSeconds})
      WHERE m.id = ANY(ARRAY(SELECT id FROM locked)) AND m.id >= ${oldest}
      RETURNING m.id, m.template_version_id, ${notYetCharged} AS segments),
    charged AS (
      UPDATE sending_rate r SET tokens = a.tokens - (SELECT count(*) FROM taken), refilled_at = now(),
        spent_day = ${today}, spent_segments = a.spent + (SELECT coalesce(sum(segments), 0) FROM taken)
      FROM allowance a WHERE r.name = 'send' AND EXISTS (SELECT FROM taken))
    SELECT id, template_version_id FROM taken ORDER BY id`.execute(deps.db)
  return rows
}

/**
 * Takes texts whose outcome must be found out: unknown, left in `submitting` by a crash, or without a receipt;
 * no more than the provider's quota of queries allows.
 */
export async function takeUnsettled(deps: TakeDeps, limit: number): Promise<Id[][]> {
  const { sms } = await deps.policy()
  const { rows } = await sql<{ id: Id }>`
    WITH allowance AS (
      SELECT ${tokensNow(sms.queriesPerSecond)} AS tokens FROM sending_rate
      WHERE name = 'query' FOR UPDATE SKIP LOCKED),
    due AS (
      SELECT id FROM message
      WHERE state <> 'queued' AND look_at <= now()
      ORDER BY look_at LIMIT coalesce((SELECT least(${limit}, floor(tokens))::int FROM allowance), 0)
      FOR UPDATE SKIP LOCKED),
    taken AS (
      UPDATE message m SET look_at = now() + make_interval(secs => ${claimSeconds})
      WHERE m.id = ANY(ARRAY(SELECT id FROM due)) RETURNING m.id),
    charged AS (
      UPDATE sending_rate r SET tokens = a.tokens - (SELECT count(*) FROM taken), refilled_at = now()
      FROM allowance a WHERE r.name = 'query' AND EXISTS (SELECT FROM taken))
    SELECT id FROM taken`.execute(deps.db)
  // One provider query a number and day: small batches spread over the workers.
  return inBatches(rows, 10)
}

/** What is in a bucket that fills at this rate and holds one second's worth. */
function tokensNow(perSecond: number) {
  return sql`least(${perSecond}::float8, tokens
    + ${perSecond}::float8 * greatest(0, extract(epoch FROM now() - refilled_at)))`
}

// Adding up what each costs is only worth it where that is limited.
function affordable({ yuanPerDayAtMost }: Policy['sms']) {
  return yuanPerDayAtMost === null
    ? sql`SELECT id FROM candidate`
    : sql`SELECT id FROM (
          SELECT id, turn, sum(segments) OVER (ORDER BY turn, id) AS running FROM candidate) c
        WHERE running <= (SELECT segments FROM room)`
}

// A text that the provider put off is charged once, however often it is tried.
const notYetCharged = sql`CASE WHEN m.submitted_at IS NULL THEN coalesce(m.segments, 1) ELSE 0 END`

/** By the database's clock, so that a machine whose clock is wrong texts nobody at night. */
export function windowIsOpen({ from, to, blockedDays }: Policy['survey']['sendingWindow']) {
  const local = sql`(now() AT TIME ZONE 'Asia/Shanghai')`
  return sql<boolean>`(${local}::time >= ${from}::time AND ${local}::time < ${to}::time
    AND ${local}::date <> ALL(${[...blockedDays]}::date[]))`
}

const standing = sql`(p.until IS NULL OR p.until > now())`

export const accountIsPaused = sql<boolean>`EXISTS (
  SELECT FROM sending_pause p WHERE ${standing} AND p.scope = 'account')`

/** Whether the template with this id is paused, or the signature that it goes out with. */
export function templateIsPaused(id: ReturnType<typeof sql>) {
  return sql<boolean>`EXISTS (
    SELECT FROM sending_pause p JOIN template_version t ON t.id = ${id} WHERE ${standing} AND (
      (p.scope = 'template' AND p.subject = t.id::text)
      OR (p.scope = 'signature' AND p.subject = t.signature)))`
}
