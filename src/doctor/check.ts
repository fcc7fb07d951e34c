import { sql, type RawBuilder } from 'kysely'
import type { Core } from '../foundation/core.ts'
import type { Tx } from '../foundation/database.ts'
import type { AppError } from '../foundation/errors.ts'
import type { Id } from '../foundation/ids.ts'
import type { Queues } from '../foundation/queue.ts'
import type { Policy } from '../policy/policy.ts'

export interface DoctorDeps extends Core {
  policy: () => Promise<Policy>
  /** The job queues, or why they could not be opened. */
  queues: Pick<Queues<string>, 'dead' | 'waitingSince'> | AppError
}

/** What one examination looks at. */
export interface Scope {
  /** Rows with this id or a later one. */
  since: Id
  /** A day before that: where rows that belong to those may begin, since machines' clocks differ. */
  around: Id
  /** After this time, due work that nobody did counts as forgotten. */
  overdueSeconds: number
  policy: Policy
}

/** What was found: how many (at most `countLimit`), and a few of them. Ids and names of ours, never a citizen's data. */
export interface Found {
  count: number
  sample: string[]
}

/** One thing that a law says cannot be. Texts are for the operator. */
export interface Check {
  /** Stable, for scripts: `subject.trouble`. */
  name: string
  /** Number of the law, as in `laws`. */
  law: number
  meaning: string
  remedy: string
  find: (deps: DoctorDeps, scope: Scope) => Promise<Found>
  /**
   * Only where mending is safe: makes work due again, frees what nobody holds, opens work for a person.
   * Never sends, deletes or rates. Guards itself against what changed meanwhile; returns how many it mended.
   */
  mend?: (deps: DoctorDeps, tx: Tx, scope: Scope) => Promise<number>
}

interface RowCheck extends Omit<Check, 'find' | 'mend'> {
  /** One statement, so that it sees one moment; `subject` names the row. */
  rows: (scope: Scope) => RawBuilder<{ subject: string }>
  mend?: (deps: DoctorDeps, tx: Tx, subjects: string[], scope: Scope) => Promise<unknown>
}

export const countLimit = 1_000
const sampleSize = 5

/** A check by one query for rows that cannot exist. */
export function rowCheck({ rows, mend, ...about }: RowCheck): Check {
  return {
    ...about,
    async find(deps, scope) {
      const result = await sql<Found>`
        SELECT count(*)::int AS count, coalesce((array_agg(subject))[1:${sampleSize}::int], '{}') AS sample
        FROM (SELECT subject::text FROM (${rows(scope)}) wrong LIMIT ${countLimit}) few`.execute(
        deps.db,
      )
      return result.rows[0]!
    },
    ...(mend && {
      async mend(deps: DoctorDeps, tx: Tx, scope: Scope) {
        const result = await sql<{ subject: string }>`
          SELECT subject::text FROM (${rows(scope)}) wrong LIMIT ${countLimit}`.execute(tx)
        const subjects = result.rows.map(({ subject }) => subject)
        if (subjects.length > 0) await mend(deps, tx, subjects, scope)
        return subjects.length
      },
    }),
  }
}

export const nothing: Found = { count: 0, sample: [] }

export function found(subjects: readonly string[]): Found {
  return { count: subjects.length, sample: subjects.slice(0, sampleSize) }
}
