import { sql } from 'kysely'
import type { Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import type { Rating } from '../foundation/rating.ts'
import type { Survey, SurveyState } from './rules.ts'

export interface AskedSurvey extends Survey {
  phoneHash: Buffer
  late: boolean
  /** What was filled into the text by which the citizen was asked; null when there is no such text. */
  params: Record<string, string> | null
}

// One look-up a number. In a table that has grown since it was last counted, the planner thinks that reading all of
// it is cheap, and joins a whole month to a handful of rows.
function slotsOf(phoneHashes: readonly Buffer[]) {
  return sql`(SELECT slot.survey_id FROM unnest(${[...phoneHashes]}::bytea[]) AS n(phone_hash)
    CROSS JOIN LATERAL (SELECT survey_id FROM open_survey
      WHERE phone_hash = n.phone_hash OFFSET 0) slot)`
}

/** The surveys whose slots these numbers hold, without locking them. */
export async function surveysOfNumbers(
  tx: Tx,
  phoneHashes: readonly Buffer[],
): Promise<{ id: Id; state: string }[]> {
  if (phoneHashes.length === 0) return []
  const { rows } = await sql<{ id: Id; state: string }>`
    SELECT s.id, s.state FROM ${slotsOf(phoneHashes)} o
    CROSS JOIN LATERAL (SELECT id, state FROM survey WHERE id = o.survey_id LIMIT 1) s`.execute(tx)
  return rows
}

/** The surveys that replies of these numbers may belong to, oldest first, locked in this order. */
export async function lockSurveysOfNumbers(
  tx: Tx,
  phoneHashes: readonly Buffer[],
): Promise<AskedSurvey[]> {
  if (phoneHashes.length === 0) return []
  const { rows } = await sql<AskedSurvey>`
    SELECT s.id, s.state, s.disposition, s.business, s.unit_code, s.signature, s.first_rating,
      s.expires_at, s.late_until, s.late, s.phone_hash,
      coalesce(m.template_version_id, s.template_version_id) AS template_version_id, m.params
    FROM (SELECT survey_id FROM ${slotsOf(phoneHashes)} slot ORDER BY survey_id) o
    CROSS JOIN LATERAL (SELECT * FROM survey WHERE id = o.survey_id AND state <> 'scheduled'
      LIMIT 1 FOR UPDATE) s
    LEFT JOIN LATERAL (SELECT a.template_version_id, a.params
      FROM message_key k JOIN message a ON a.id = k.message_id
      WHERE k.case_id = s.id AND k.purpose = 'ask' LIMIT 1) m ON true
    ORDER BY s.id`.execute(tx)
  return rows
}

/** These surveys, oldest first, locked in this order. */
export async function lockSurveys(
  tx: Tx,
  ids: readonly Id[],
): Promise<(Survey & { late: boolean })[]> {
  const { rows } = await sql<Survey & { late: boolean }>`
    SELECT id, state, disposition, business, unit_code, signature, template_version_id, first_rating,
      expires_at, late_until, late
    FROM survey WHERE id = ANY(${[...ids]}::uuid[]) ORDER BY id FOR UPDATE`.execute(tx)
  return rows
}

/** Writes where these surveys are now, each only if it still is where it was locked. */
export async function updateSurveys(
  tx: Tx,
  surveys: readonly {
    id: Id
    lockedState: SurveyState
    state: SurveyState
    disposition: string | null
    firstRating: Rating | null
    late: boolean
  }[],
): Promise<void> {
  if (surveys.length === 0) return
  const ids = surveys.map(({ id }) => id)
  await sql`
    UPDATE survey s SET state = c.state, disposition = c.disposition, first_rating = c.first_rating,
      late = c.late,
      answered_at = CASE WHEN c.state = 'answered' OR c.first_rating IS NOT NULL
        THEN coalesce(s.answered_at, now()) ELSE s.answered_at END,
      look_at = CASE WHEN c.state IN ('answered', 'closed') THEN NULL ELSE s.look_at END
    FROM unnest(${ids}::uuid[], ${surveys.map(({ lockedState }) => lockedState)}::text[],
      ${surveys.map(({ state }) => state)}::text[],
      ${surveys.map(({ disposition }) => disposition)}::text[],
      ${surveys.map(({ firstRating }) => firstRating)}::text[],
      ${surveys.map(({ late }) => late)}::boolean[])
      AS c(id, locked_state, state, disposition, first_rating, late)
    WHERE s.id = c.id AND s.id = ANY(${ids}::uuid[]) AND s.state = c.locked_state`.execute(tx)
}
