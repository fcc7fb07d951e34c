import { sql } from 'kysely'
import type { Core } from '../foundation/core.ts'
import type { Tx } from '../foundation/database.ts'
import { idSpan, idTime, type Id } from '../foundation/ids.ts'
import { insertRows } from '../foundation/insert-rows.ts'

/** What came of a case, as the feed tells it. No number, hash, name or text of a citizen. */
export interface OutcomeContent {
  source: string
  externalId: string
  business: string
  unitCode: string
  officerCodes: string[]
  completedAt: string
  withdrawn: boolean
  /** Why the citizen was not asked by text, where the case is told only because somebody called. */
  suppressed: string | null
  ask: {
    templateKey: string
    templateVersion: number
    sentAt: string | null
    delivered: boolean | null
    deliveryCode: string | null
    notSentReason: string | null
  } | null
  /** `latestRating`: of the newest reply that has one; another than `originalRating` where the mind was changed. */
  reply: {
    at: string
    late: boolean
    count: number
    changedMind: boolean
    latestRating: string | null
  } | null
  callback: {
    origin: string
    state: string
    attempts: number
    finding: string | null
    dueAt: string
    closedAt: string | null
    reason: string | null
  } | null
  /** As the citizen first gave it: it counts until the call confirms or changes it. */
  originalRating: string | null
  /** After the call; set only when confirmed by a second person where it is better than the first. */
  laterRating: string | null
}

interface Row extends Omit<OutcomeContent, 'ask' | 'reply' | 'callback'> {
  id: Id
  disposition: string
  ask: OutcomeContent['ask']
  reply: OutcomeContent['reply']
  callback: OutcomeContent['callback']
}

const outcomeTypes = {
  id: 'uuid',
  outcomeId: 'uuid',
  revision: 'integer',
  supersedes: 'uuid',
  result: 'text',
  content: 'jsonb',
} as const

/**
 * Writes the next revision of the outcome of each of these cases from what the database holds now, and
 * the proof that the feed owes it a number, in the caller's transaction.
 */
export async function recordOutcomes(
  deps: Pick<Core, 'clock' | 'newId'>,
  tx: Tx,
  caseIds: readonly Id[],
): Promise<void> {
  if (caseIds.length === 0) return
  const ids = [...new Set(caseIds)].sort()
  const cases = await readCases(deps, tx, ids)
  if (cases.length === 0) return
  const fresh = new Map(cases.map(({ id }) => [id, deps.newId()]))
  const { rows } = await sql<{
    outcomeId: Id
    lastId: Id
    previousId: Id | null
    lastRevision: number
  }>`
    INSERT INTO outcome_key (outcome_id, last_id, last_revision)
    SELECT *, 1 FROM unnest(${[...fresh.keys()]}::uuid[], ${[...fresh.values()]}::uuid[])
    ON CONFLICT (outcome_id) DO UPDATE SET previous_id = outcome_key.last_id,
      last_id = excluded.last_id, last_revision = outcome_key.last_revision + 1
    RETURNING outcome_id, last_id, previous_id, last_revision`.execute(tx)
  const byCase = new Map(cases.map((each) => [each.id, each]))
  const revisions = rows.map((key) => {
    const { id: _, disposition, ...content } = byCase.get(key.outcomeId)!
    return {
      id: key.lastId,
      outcomeId: key.outcomeId,
      revision: key.lastRevision,
      supersedes: key.previousId,
      result: disposition,
      content: JSON.stringify(content satisfies OutcomeContent),
    }
  })
  await insertRows(tx, 'outcome', outcomeTypes, revisions)
  const owed = rows.map(({ lastId }) => ({ id: deps.newId(), topic: 'feed', subject: lastId }))
  await insertRows(tx, 'outbox', { id: 'uuid', topic: 'text', subject: 'uuid' }, owed)
}

async function readCases(
  { clock }: Pick<Core, 'clock'>,
  tx: Tx,
  ids: readonly Id[],
): Promise<Row[]> {
  // Texts and replies of a case are younger than itself: that names the months to look in.
  const eldest = ids.reduce((least, id) => (id < least ? id : least))
  const { first, last } = idSpan(idTime(eldest), clock.now())
  const { rows } = await sql<Row>`
    SELECT t.id, t.source, t.external_id, t.business, t.unit_code, t.officer_codes,
      t.completed_at, t.withdrawn_at IS NOT NULL AS withdrawn,
      coalesce(s.disposition, CASE WHEN c.state IN ('resolved', 'unreachable', 'cancelled')
        THEN 'callback_' || c.state END, 'pending') AS disposition,
      p.reason AS suppressed,
      CASE WHEN s.id IS NOT NULL THEN json_build_object('templateKey', v.key, 'templateVersion', v.version, 'sentAt', s.sent_at,
        'delivered', m.delivery = 'delivered', 'deliveryCode', m.delivery_code,
        'notSentReason', s.failure) END AS ask,
      CASE WHEN s.answered_at IS NOT NULL THEN json_build_object('at', s.answered_at, 'late', s.late,
        'count', r.count, 'changedMind', coalesce(r.changed_mind, false),
        'latestRating', r.latest_rating) END AS reply,
      CASE WHEN c.id IS NOT NULL THEN json_build_object('origin', c.origin, 'state', c.state,
        'attempts', c.attempts, 'finding', c.finding, 'dueAt', c.due_at, 'closedAt', c.closed_at,
        'reason', c.close_reason) END AS callback,
      s.first_rating AS original_rating, c.later_rating
    -- One look-up a case: a join would read whole months where few cases stand against them.
    FROM unnest(${[...ids]}::uuid[]) AS n(id)
    CROSS JOIN LATERAL (SELECT * FROM transaction WHERE id = n.id LIMIT 1) t
    LEFT JOIN LATERAL (SELECT * FROM survey WHERE id = n.id LIMIT 1) s ON true
    LEFT JOIN LATERAL (SELECT reason FROM suppression WHERE transaction_id = n.id LIMIT 1) p ON true
    LEFT JOIN LATERAL (SELECT key, version FROM template_version
      WHERE id = s.template_version_id LIMIT 1) v ON true
    LEFT JOIN LATERAL (SELECT a.delivery, a.delivery_code
      FROM message_key k JOIN message a ON a.id = k.message_id
      WHERE k.case_id = n.id AND k.purpose = 'ask'
        AND a.id BETWEEN ${first}::uuid AND ${last}::uuid LIMIT 1) m ON true
    LEFT JOIN LATERAL (SELECT count(*)::int AS count, bool_or(a.changed_mind) AS changed_mind,
        (array_remove(array_agg(CASE a.route WHEN 'rating' THEN a.rating
            ELSE (SELECT g.decided_rating FROM triage g WHERE g.reply_id = a.id) END
          ORDER BY coalesce(a.sent_at, a.received_at) DESC, a.id DESC), NULL))[1] AS latest_rating
      FROM reply a
      WHERE a.case_id = n.id AND a.id BETWEEN ${first}::uuid AND ${last}::uuid) r ON true
    LEFT JOIN LATERAL (SELECT * FROM (SELECT * FROM callback WHERE case_id = n.id OFFSET 0) k
      ORDER BY k.id DESC LIMIT 1) c ON true
    WHERE s.id IS NOT NULL OR c.id IS NOT NULL`.execute(tx)
  return rows
}
