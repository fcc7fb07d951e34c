import { sql, type RawBuilder } from 'kysely'
import { nextInWindow } from '../foundation/calendar.ts'
import { businessZone } from '../foundation/clock.ts'
import type { Core } from '../foundation/core.ts'
import type { Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import type { Policy } from '../policy/policy.ts'
import { recordOutcomes } from '../scoring/outcome.ts'
import { openCallbacks, type WantedCallback } from './open.ts'
import type { CallbackOrigin } from './rules.ts'

export interface DrawDeps extends Core {
  policy: () => Promise<Policy>
}

/** Cases of which something came on the day before this one, by the kind of what came. */
interface Pool {
  origin: CallbackOrigin
  perUnit: (draw: Policy['callback']['draw']) => number
  cases: RawBuilder<unknown>
}

const zone = sql.lit(businessZone)
const midnight = sql`(date_trunc('day', now() AT TIME ZONE ${zone}) AT TIME ZONE ${zone})`
const yesterday = (column: string) => sql`${sql.ref(column)} >= ${midnight} - interval '1 day'
  AND ${sql.ref(column)} < ${midnight}`
// Lets look-ups pass by the months in which no such case can be.
const lately = (column: string) => sql`${sql.ref(column)} >= (lpad(to_hex(
  (extract(epoch FROM now() - interval '60 days') * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid`

const pools: readonly Pool[] = [
  {
    origin: 'undelivered',
    perUnit: (draw) => draw.undeliveredPerUnitPerDay,
    cases: sql`SELECT m.case_id FROM message m JOIN survey s ON s.id = m.case_id
      WHERE ${lately('m.id')} AND ${lately('s.id')} AND m.purpose = 'ask'
        AND m.delivery = 'undelivered' AND ${yesterday('m.delivered_at')} AND s.answered_at IS NULL`,
  },
  {
    origin: 'landline',
    perUnit: (draw) => draw.landlinePerUnitPerDay,
    cases: sql`SELECT p.transaction_id AS case_id FROM suppression p
      WHERE ${lately('p.transaction_id')} AND p.reason = 'landline' AND ${yesterday('p.at')}`,
  },
  {
    origin: 'sample',
    perUnit: (draw) => draw.satisfiedPerUnitPerDay,
    cases: sql`SELECT s.id AS case_id FROM survey s
      WHERE ${lately('s.id')} AND ${yesterday('s.answered_at')}
        AND s.disposition IN ('very_satisfied', 'satisfied', 'basically_satisfied')`,
  },
  {
    origin: 'sample',
    perUnit: (draw) => draw.noReplyPerUnitPerDay,
    cases: sql`SELECT s.id AS case_id FROM survey s
      WHERE ${lately('s.id')} AND ${yesterday('s.expires_at')} AND s.disposition = 'no_reply'`,
  },
]

/**
 * Draws the cases of the day before that are called though nobody complained, so many of each unit as the
 * policy says. Once a day: whoever writes the day's row draws, in the same transaction. Not before people
 * may be called. Returns how many callbacks were opened.
 */
export async function drawCallbacks(deps: DrawDeps): Promise<number> {
  const { callback, survey } = await deps.policy()
  const wanted = pools.filter(({ perUnit }) => perUnit(callback.draw) > 0)
  const now = deps.clock.now()
  if (wanted.length === 0 || nextInWindow(now, callback.callingWindow) > now) return 0
  return deps.db.transaction().execute(async (tx) => {
    const { rows: today } = await sql`INSERT INTO callback_draw (day)
      VALUES ((now() AT TIME ZONE ${zone})::date) ON CONFLICT DO NOTHING RETURNING day`.execute(tx)
    if (today.length === 0) return 0
    let opened = 0
    for (const { origin, perUnit, cases } of wanted) {
      const drawn = await drawFrom(tx, cases, perUnit(callback.draw), survey.excludedFlags)
      opened += await open(
        deps,
        tx,
        drawn.map((each) => ({ ...each, origin })),
      )
    }
    return opened
  })
}

/**
 * By a hash of the case, so that a draw can be done again and nobody chooses. Never those who must not be
 * asked at all, and nobody who was called, or drawn, before.
 */
async function drawFrom(
  tx: Tx,
  cases: RawBuilder<unknown>,
  perUnit: number,
  excludedFlags: readonly string[],
): Promise<{ caseId: Id; unitCode: string }[]> {
  const { rows } = await sql<{ caseId: Id; unitCode: string }>`
    SELECT case_id, unit_code FROM (
      SELECT t.id AS case_id, t.unit_code, row_number() OVER (
        PARTITION BY t.unit_code ORDER BY md5(t.id::text)) AS place
      FROM (${cases}) pool JOIN transaction t ON t.id = pool.case_id AND ${lately('t.id')}
      WHERE t.withdrawn_at IS NULL AND t.phone_sealed IS NOT NULL
        AND NOT t.flags && ${[...excludedFlags]}::text[]
        AND NOT EXISTS (SELECT 1 FROM callback c WHERE c.case_id = t.id)
        AND NOT EXISTS (SELECT 1 FROM contact_block b WHERE b.phone_hash = t.phone_hash
          AND b.kind <> 'provider_block' AND coalesce(b.until > now(), true))) ranked
    WHERE place <= ${perUnit} ORDER BY case_id`.execute(tx)
  return rows
}

const openedAtOnce = 500

async function open(deps: DrawDeps, tx: Tx, drawn: readonly WantedCallback[]): Promise<number> {
  let opened = 0
  for (let from = 0; from < drawn.length; from += openedAtOnce) {
    const cases = await openCallbacks(deps, tx, drawn.slice(from, from + openedAtOnce))
    await recordOutcomes(deps, tx, cases)
    opened += cases.length
  }
  return opened
}
