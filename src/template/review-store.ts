import { sql } from 'kysely'
import type { Queryable, Tx } from '../foundation/database.ts'
import type { TemplateState } from './states.ts'

/** A version about which the provider is to be asked. */
export interface DueReview {
  id: string
  state: TemplateState
  providerCode: string | null
  /** Whether it was handed in already; with no code, the answer to that was lost. */
  asked: boolean
}

// While one process asks, no other does; a crash ends the claim.
const claimSeconds = 120

/** Takes versions that are to be looked at, oldest first, so that no other process asks about them meanwhile. */
export async function takeDueReviews(tx: Tx, limit: number): Promise<DueReview[]> {
  const { rows } = await sql<DueReview>`
    UPDATE template_version v SET look_at = now() + make_interval(secs => ${claimSeconds})
    WHERE id IN (
      SELECT id FROM template_version WHERE look_at <= now()
      ORDER BY look_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    RETURNING id, state, provider_code, asked_at IS NOT NULL AS asked`.execute(tx)
  return rows
}

/**
 * Seconds until a new text may be handed in, over all processes: some time after the one before, and no more
 * than so many a day (UTC+8); 0 when it may be now. The caller holds the turn until the end of its transaction.
 */
export async function secondsToWait(
  tx: Tx,
  limits: { apartSeconds: number; perDay: number },
): Promise<number> {
  await sql`SELECT pg_advisory_xact_lock(hashtext('huifang.template.review'))`.execute(tx)
  const { rows } = await sql<{ seconds: number }>`
    WITH day AS (SELECT date_trunc('day', now() AT TIME ZONE 'Asia/Shanghai') AT TIME ZONE 'Asia/Shanghai' AS start)
    SELECT ceil(greatest(0,
      extract(epoch FROM max(asked_at) + make_interval(secs => ${limits.apartSeconds}) - now()),
      CASE WHEN count(*) FILTER (WHERE asked_at >= start) >= ${limits.perDay}
        THEN extract(epoch FROM start + interval '1 day' - now()) END))::int AS seconds
    FROM day LEFT JOIN template_version ON asked_at >= start - interval '1 hour' GROUP BY start`.execute(
    tx,
  )
  return rows[0]?.seconds ?? 0
}

/** The intent to hand it in, before the call. */
export async function markAsked(tx: Tx, id: string): Promise<void> {
  await tx
    .updateTable('templateVersion')
    .set({ askedAt: sql`now()` })
    .where('id', '=', id)
    .where('state', '=', 'submitted')
    .execute()
}

/** It was shown not to have been taken: it may be handed in again. */
export async function markUnasked(tx: Tx, id: string): Promise<void> {
  await tx
    .updateTable('templateVersion')
    .set({ askedAt: null })
    .where('id', '=', id)
    .where('state', '=', 'submitted')
    .execute()
}

export async function keepCode(tx: Tx, id: string, providerCode: string): Promise<void> {
  await tx
    .updateTable('templateVersion')
    .set({ providerCode })
    .where('id', '=', id)
    .where('providerCode', 'is', null)
    .execute()
}

/** When the provider is asked about it next. */
export async function lookAgain(tx: Tx, id: string, inSeconds: number): Promise<void> {
  await tx
    .updateTable('templateVersion')
    .set({ lookAt: sql<Date>`now() + make_interval(secs => ${inSeconds})` })
    .where('id', '=', id)
    .execute()
}

/** There may be news of texts with these codes: the provider is asked at once. */
export async function lookSoon(tx: Queryable, codes: readonly string[]): Promise<void> {
  await tx
    .updateTable('templateVersion')
    .set({ lookAt: sql<Date>`least(look_at, now())` })
    .where('providerCode', 'in', [...codes])
    .where('lookAt', 'is not', null)
    .execute()
}
