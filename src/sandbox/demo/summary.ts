import { sql } from 'kysely'
import type { Core } from '../../foundation/core.ts'
import { ratings } from '../../foundation/rating.ts'

/** The JSON line of `demo --once` (its sums are checked before the exit code is chosen). */
export interface Summary {
  transactions: number
  surveys: number
  suppressed: Record<string, number>
  sent: number
  notSent: Record<string, number>
  delivered: number
  undelivered: number
  replies: {
    total: number
    rating: number
    triage: number
    optOut: number
    other: number
    late: number
  }
  urgent: number
  expired: number
  ratings: Record<string, number>
  callbacks: {
    opened: number
    resolved: number
    unreachable: number
    cancelled: number
    open: number
  }
  outcomes: number
}

type Counts = Record<string, number>

/** Counts what the database holds: nothing is remembered from the run itself. */
export async function summarise(deps: Pick<Core, 'db'>): Promise<Summary> {
  const { rows } = await sql<Counts & { suppressed: Counts; notSent: Counts; ratings: Counts }>`
    SELECT
      (SELECT count(*) FROM transaction) AS transactions,
      (SELECT count(*) FROM survey) AS surveys,
      (SELECT count(*) FROM survey WHERE sent_at IS NOT NULL) AS sent,
      (SELECT count(*) FROM message WHERE purpose = 'ask' AND delivery = 'delivered') AS delivered,
      (SELECT count(*) FROM message WHERE purpose = 'ask' AND delivery = 'undelivered') AS undelivered,
      (SELECT count(*) FROM reply) AS replies,
      (SELECT count(*) FROM reply WHERE route = 'rating') AS rating,
      (SELECT count(*) FROM reply WHERE route = 'triage') AS triage,
      (SELECT count(*) FROM reply WHERE route = 'opt_out') AS opt_out,
      (SELECT count(*) FROM reply WHERE route = 'other') AS other,
      (SELECT count(*) FROM reply WHERE fit = 'late') AS late,
      (SELECT count(*) FROM reply WHERE urgent) AS urgent,
      (SELECT count(*) FROM survey WHERE disposition = 'no_reply') AS expired,
      (SELECT count(*) FROM callback) AS opened,
      (SELECT count(*) FROM callback WHERE state = 'resolved') AS resolved,
      (SELECT count(*) FROM callback WHERE state = 'unreachable') AS unreachable,
      (SELECT count(*) FROM callback WHERE state = 'cancelled') AS cancelled,
      (SELECT count(*) FROM callback WHERE state IN ('waiting', 'claimed', 'talking')) AS open,
      (SELECT count(*) FROM outcome_key) AS outcomes,
      (SELECT coalesce(json_object_agg(reason, n), '{}') FROM
        (SELECT reason, count(*) AS n FROM suppression GROUP BY 1 ORDER BY 1) AS s) AS suppressed,
      (SELECT coalesce(json_object_agg(failure, n), '{}') FROM
        (SELECT coalesce(failure, state) AS failure, count(*) AS n FROM survey
         WHERE sent_at IS NULL GROUP BY 1 ORDER BY 1) AS f) AS not_sent,
      (SELECT coalesce(json_object_agg(rating, n), '{}') FROM
        (SELECT rating, count(*) AS n FROM reply WHERE route = 'rating' GROUP BY 1) AS r) AS ratings`.execute(
    deps.db,
  )
  const row = rows[0]!
  const of = (name: string) => row[name] ?? 0
  return {
    transactions: of('transactions'),
    surveys: of('surveys'),
    suppressed: row.suppressed,
    sent: of('sent'),
    notSent: row.notSent,
    delivered: of('delivered'),
    undelivered: of('undelivered'),
    replies: {
      total: of('replies'),
      rating: of('rating'),
      triage: of('triage'),
      optOut: of('optOut'),
      other: of('other'),
      late: of('late'),
    },
    urgent: of('urgent'),
    expired: of('expired'),
    ratings: Object.fromEntries(ratings.map((rating) => [rating, row.ratings[rating] ?? 0])),
    callbacks: {
      opened: of('opened'),
      resolved: of('resolved'),
      unreachable: of('unreachable'),
      cancelled: of('cancelled'),
      open: of('open'),
    },
    outcomes: of('outcomes'),
  }
}

const total = (counts: Counts) => Object.values(counts).reduce((sum, count) => sum + count, 0)

/** The sums that must agree; empty when they do. */
export function disagreements(summary: Summary): string[] {
  const { replies, callbacks } = summary
  const sums: [string, number, number][] = [
    [
      'transactions = surveys + suppressed',
      summary.transactions,
      summary.surveys + total(summary.suppressed),
    ],
    ['surveys = sent + notSent', summary.surveys, summary.sent + total(summary.notSent)],
    [
      'replies = rating + triage + optOut + other',
      replies.total,
      replies.rating + replies.triage + replies.optOut + replies.other,
    ],
    ['rating = sum of ratings', replies.rating, total(summary.ratings)],
    [
      'callbacks opened = resolved + unreachable + cancelled + open',
      callbacks.opened,
      callbacks.resolved + callbacks.unreachable + callbacks.cancelled + callbacks.open,
    ],
  ]
  return sums.filter(([, a, b]) => a !== b).map(([name, a, b]) => `${name}: ${a} is not ${b}`)
}

/** What is still under way; the loop is through when all of it is zero. */
export async function underWay(
  deps: Pick<Core, 'db'>,
  outside: {
    /** Receipts and replies that the gateway has yet to push. */
    pending: number
    /** What the gateway took on: of some texts the carrier never says anything. */
    ledger: readonly { receipt: object | null }[]
    staysOpen: (externalId: string) => boolean
  },
): Promise<Counts> {
  const { rows } = await sql<Counts & { callbacksOf: string[] }>`
    SELECT
      (SELECT count(*) FROM message WHERE state IN ('queued', 'submitting', 'unknown')) AS texts,
      (SELECT count(*) FROM message WHERE state = 'accepted' AND delivery IS NULL
         AND submitted_at > now() - interval '1 minute') AS receipts,
      (SELECT count(*) FROM inbound WHERE state = 'raw') AS pushes,
      (SELECT count(*) FROM survey WHERE state IN ('scheduled', 'submitting', 'open', 'unknown')) AS surveys,
      (SELECT count(*) FROM outbox) AS feed,
      (SELECT coalesce(json_agg(t.external_id), '[]') FROM callback c JOIN transaction t ON t.id = c.case_id
       WHERE c.state IN ('waiting', 'claimed', 'talking')) AS callbacks_of`.execute(deps.db)
  const { callbacksOf, ...counts } = rows[0]!
  const silent = outside.ledger.filter(({ receipt }) => receipt === null).length
  return {
    ...counts,
    receipts: Math.max(0, counts['receipts']! - silent),
    callbacks: callbacksOf.filter((externalId) => !outside.staysOpen(externalId)).length,
    pending: outside.pending,
  }
}
