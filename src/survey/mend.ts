import { sql } from 'kysely'
import type { Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'

/** Surveys that wait for a reply and would never end: a machine looks at them at once. */
export async function wakeSurveys(tx: Tx, ids: readonly Id[]): Promise<void> {
  await sql`UPDATE survey SET look_at = now()
    WHERE id = ANY(${[...ids]}::uuid[]) AND state IN ('open', 'expired') AND look_at IS NULL`.execute(
    tx,
  )
}

/** Gives surveys under way their number's slot back, where nobody else holds it. */
export async function retakeSlots(tx: Tx, ids: readonly Id[]): Promise<void> {
  await sql`INSERT INTO open_survey (phone_hash, signature, survey_id, priority, free_at)
    SELECT phone_hash, signature, id, priority, coalesce(late_until, 'infinity') FROM survey
    WHERE id = ANY(${[...ids]}::uuid[]) AND state IN ('scheduled', 'submitting', 'unknown', 'open')
    ON CONFLICT (phone_hash, signature) DO UPDATE SET
      survey_id = excluded.survey_id, priority = excluded.priority, free_at = excluded.free_at
    WHERE open_survey.free_at <= now()`.execute(tx)
}

/** Frees slots that surveys hold for ever. */
export async function freeSlots(tx: Tx, surveyIds: readonly Id[]): Promise<void> {
  await sql`UPDATE open_survey SET free_at = now()
    WHERE survey_id = ANY(${[...surveyIds]}::uuid[]) AND free_at = 'infinity'`.execute(tx)
}
