import { sql } from 'kysely'
import type { Staff } from '../staff/staff.ts'
import { sightOf, whereInSight } from '../unit/scope.ts'
import type { OpenQuestion, WaitingReview } from './schema/colleagues.ts'
import type { CallbackDeps } from './work.ts'

/**
 * What waits for a second person: raised ratings and 误评, with what the citizen wrote and what the agent
 * heard. One's own proposals and the cases of one's own unit are not among them (law 7).
 */
export async function waitingReviews(deps: CallbackDeps, staff: Staff): Promise<WaitingReview[]> {
  const units = await deps.units()
  const seen = whereInSight('c.unit_code', sightOf(units, staff))
  const { rows } = await sql<
    Omit<WaitingReview, 'unitName' | 'note' | 'replies'> & {
      unitCode: string
      noteSealed: Buffer | null
      repliesSealed: Buffer[] | null
    }
  >`
    SELECT r.callback_id AS id, t.business, t.item, c.unit_code, s.first_rating AS rating,
      r.proposed_rating, r.proposed_finding, p.name AS proposed_by, c.closed_at AS proposed_at,
      a.note_sealed, q.texts AS replies_sealed
    FROM rating_review r
    JOIN callback c ON c.id = r.callback_id
    JOIN transaction t ON t.id = c.case_id
    JOIN staff p ON p.id = r.proposed_by
    LEFT JOIN survey s ON s.id = c.case_id
    LEFT JOIN LATERAL (SELECT note_sealed FROM attempt WHERE callback_id = c.id
      ORDER BY ordinal DESC LIMIT 1) a ON true
    LEFT JOIN LATERAL (SELECT array_agg(text_sealed ORDER BY id) AS texts FROM reply
      WHERE case_id = c.case_id AND id >= c.case_id) q ON true
    WHERE r.state = 'waiting' AND r.proposed_by <> ${staff.id}
      AND ${seen}
    ORDER BY c.closed_at LIMIT 200`.execute(deps.db)
  return rows.map(({ noteSealed, repliesSealed, unitCode, ...row }) => ({
    ...row,
    unitName: units.get(unitCode)?.name ?? unitCode,
    note: noteSealed && deps.vault.open(noteSealed, 'note'),
    replies: (repliesSealed ?? []).map((sealed) => deps.vault.open(sealed, 'text')),
  }))
}

/** What agents have asked and nobody has answered yet, oldest first. */
export async function openQuestions(deps: CallbackDeps, staff: Staff): Promise<OpenQuestion[]> {
  const units = await deps.units()
  const seen = whereInSight('c.unit_code', sightOf(units, staff))
  const { rows } = await sql<
    Omit<OpenQuestion, 'unitName' | 'text'> & { unitCode: string; textSealed: Buffer }
  >`
    SELECT n.callback_id AS id, n.at, b.name AS by, n.text_sealed, c.unit_code, c.due_at,
      t.business, t.item
    FROM callback_note n
    JOIN callback c ON c.id = n.callback_id
    JOIN transaction t ON t.id = c.case_id
    JOIN staff b ON b.id = n.by_staff
    WHERE n.kind = 'question' AND n.answered_at IS NULL
      AND ${seen}
    ORDER BY n.at LIMIT 200`.execute(deps.db)
  return rows.map(({ textSealed, unitCode, ...row }) => ({
    ...row,
    unitName: units.get(unitCode)?.name ?? unitCode,
    text: deps.vault.open(textSealed, 'note'),
  }))
}
