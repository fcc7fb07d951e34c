import type { Client } from 'pg'
import { bigintsAsNumbers, boundsOf, type Span } from './read.ts'

/** How many transactions were surveyed, and why others were not. */
export interface RealResult {
  surveyed: number
  suppressed: Record<string, number>
}

/**
 * What really came of the transactions that a dry run counts, up to now. A survey bears the id of its transaction; of a
 * busy month there are a million, so this is asked once a run and kept with what it found.
 */
export async function countReal(
  client: Client,
  { countFromMs, toMs }: Pick<Span, 'countFromMs' | 'toMs'>,
): Promise<RealResult> {
  const values = boundsOf({ fromMs: countFromMs, toMs })
  const surveys = await client.query<{ surveyed: number; superseded: number }>({
    text: `SELECT count(*) FILTER (WHERE failure IS DISTINCT FROM 'superseded') AS surveyed,
        count(*) FILTER (WHERE failure = 'superseded') AS superseded
      FROM survey WHERE id >= $1 AND id < $2`,
    values,
    types: bigintsAsNumbers,
  })
  const reasons = await client.query<{ reason: string; transactions: number }>({
    text: `SELECT reason, count(*) AS transactions FROM suppression
      WHERE transaction_id >= $1 AND transaction_id < $2 GROUP BY reason`,
    values,
    types: bigintsAsNumbers,
  })
  const { surveyed, superseded } = surveys.rows[0]!
  return {
    surveyed,
    suppressed: Object.fromEntries([
      ...reasons.rows.map(({ reason, transactions }) => [reason, transactions]),
      ...(superseded > 0 ? [['superseded', superseded]] : []),
    ]),
  }
}
