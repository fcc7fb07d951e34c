import type { Policy } from '../policy/policy.ts'

type Retention = Policy['retention']

/** Tables that are kept equally long: they go together, or a row would outlive what explains it. */
export interface RetentionClass {
  months: (retention: Retention) => number
  /** Partitioned tables, whose months are dropped whole. */
  partitioned: readonly string[]
  /** What belongs to their rows elsewhere, in the order in which it may be deleted. */
  followers: readonly Follower[]
}

/** Rows of a table without partitions that end with those of a class. */
export interface Follower {
  table: string
  /** The id whose age counts. */
  ageColumn: string
  /** Children name their parent, and go with it. */
  through?: { table: string; column: string }
}

const ofCallback = (table: string): Follower => ({
  table,
  ageColumn: 'case_id',
  through: { table: 'callback', column: 'callback_id' },
})

export const retentionClasses: readonly RetentionClass[] = [
  {
    months: ({ rawPushMonths }) => rawPushMonths,
    partitioned: ['inbound'],
    followers: [{ table: 'inbound_key', ageColumn: 'inbound_id' }],
  },
  {
    months: ({ caseMonths }) => caseMonths,
    partitioned: ['transaction', 'suppression', 'survey', 'message', 'reply'],
    followers: [
      ofCallback('attempt'),
      ofCallback('rating_review'),
      ofCallback('callback_draft'),
      ofCallback('callback_note'),
      ofCallback('call'),
      { table: 'callback', ageColumn: 'case_id' },
      { table: 'triage', ageColumn: 'reply_id' },
      { table: 'duty', ageColumn: 'reply_id' },
      { table: 'amendment', ageColumn: 'transaction_id' },
      { table: 'message_key', ageColumn: 'case_id' },
      { table: 'transaction_key', ageColumn: 'transaction_id' },
    ],
  },
  {
    months: ({ outcomeMonths }) => outcomeMonths,
    partitioned: ['outcome'],
    followers: [{ table: 'outcome_key', ageColumn: 'outcome_id' }],
  },
  { months: ({ auditMonths }) => auditMonths, partitioned: ['audit'], followers: [] },
]
