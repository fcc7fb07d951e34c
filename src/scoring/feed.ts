import { sql } from 'kysely'
import type { Core } from '../foundation/core.ts'
import type { Id } from '../foundation/ids.ts'
import type { OutcomeContent } from './outcome.ts'

const numberAtOnce = 2_000

/**
 * Gives committed outcome revisions their number in the feed. One writer at a time holds the lock until
 * its commit, so numbers become visible in their own order: a reader who has seen n has seen all below.
 * A sequence taken in the writers' own transactions would not promise that. Returns whether more waits.
 */
export async function numberFeed(deps: Pick<Core, 'db'>): Promise<boolean> {
  return deps.db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ locked: boolean }>`
      SELECT pg_try_advisory_xact_lock(hashtext('huifang.feed')) AS locked`.execute(tx)
    if (!rows[0]?.locked) return false
    const result = await sql`
      WITH taken AS (
        DELETE FROM outbox WHERE id IN (
          SELECT id FROM outbox WHERE topic = 'feed' ORDER BY id LIMIT ${numberAtOnce} FOR UPDATE SKIP LOCKED)
        RETURNING id, subject)
      INSERT INTO feed (seq, outcome_row_id)
      SELECT (SELECT coalesce(max(seq), 0) FROM feed) + row_number() OVER (ORDER BY id), subject FROM taken`.execute(
      tx,
    )
    return Number(result.numAffectedRows ?? 0n) >= numberAtOnce
  })
}

export interface FeedEntry {
  feedSeq: number
  outcomeId: Id
  revision: number
  supersedes: Id | null
  at: Date
  result: string
  content: OutcomeContent
}

/** The entries after a cursor, in order. At-least-once: a reader that stops may ask for the same cursor again. */
export async function readFeed(
  deps: Pick<Core, 'db'>,
  after: number,
  limit: number,
): Promise<FeedEntry[]> {
  const rows = await deps.db
    .selectFrom('feed')
    .innerJoin('outcome', 'outcome.id', 'feed.outcomeRowId')
    .select([
      'feed.seq as feedSeq',
      'outcome.outcomeId',
      'outcome.revision',
      'outcome.supersedes',
      'outcome.at',
      'outcome.result',
      'outcome.content',
    ])
    .where('feed.seq', '>', after)
    .orderBy('feed.seq')
    .limit(limit)
    .execute()
  return rows as unknown as FeedEntry[]
}
