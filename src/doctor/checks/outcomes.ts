import { sql } from 'kysely'
import { idTime } from '../../foundation/ids.ts'
import type { Database } from '../../foundation/database.ts'
import { rowCheck, type Check, type Scope } from '../check.ts'

/** Where the feed reached the rows of this scope: numbers follow the age of the rows closely, so halving finds it. */
async function feedFloor(db: Database, { around }: Scope): Promise<number> {
  const since = idTime(around)
  const { rows } = await sql<{ low: number; high: number }>`
    SELECT coalesce(min(seq), 0)::float8 AS low, coalesce(max(seq), 0)::float8 AS high FROM feed`.execute(
    db,
  )
  let { low: from, high: to } = rows[0]!
  while (from < to) {
    const middle = Math.floor((from + to) / 2)
    const row = await db
      .selectFrom('feed')
      .select('outcomeRowId')
      .where('seq', '>=', middle)
      .orderBy('seq')
      .limit(1)
      .executeTakeFirst()
    if (row && idTime(row.outcomeRowId) < since) from = middle + 1
    else to = middle
  }
  return from
}

type FeedCheck = Omit<Parameters<typeof rowCheck>[0], 'rows' | 'mend'> & {
  rows: (scope: Scope, floor: number) => ReturnType<Parameters<typeof rowCheck>[0]['rows']>
}

const feedCheck = ({ rows, ...about }: FeedCheck): Check => ({
  ...about,
  async find(deps, scope) {
    const floor = await feedFloor(deps.db, scope)
    return rowCheck({ ...about, rows: () => rows(scope, floor) }).find(deps, scope)
  },
})

/** Outcomes and their feed: append-only, complete, in order. */
export const outcomeChecks = [
  rowCheck({
    name: 'outcome.missing',
    law: 2,
    meaning: '征求意见已有结果，结果表里却没有，打分系统看不到它',
    remedy: '把本条目和当日日志交给维护人员',
    rows: ({ since }) => sql`
      SELECT s.id AS subject FROM survey s WHERE s.id >= ${since}
        AND (s.state IN ('expired', 'closed', 'failed') OR s.first_rating IS NOT NULL)
        AND NOT EXISTS (SELECT 1 FROM outcome_key k WHERE k.outcome_id = s.id)`,
  }),
  rowCheck({
    name: 'outcome.broken',
    law: 9,
    meaning: '结果的最新版本与其版本记录不符',
    remedy: '多因数据库只恢复了一部分：请按运维手册完整恢复备份',
    rows: ({ since, around }) => sql`
      SELECT k.outcome_id AS subject FROM outcome_key k
      LEFT JOIN outcome o ON o.id = k.last_id AND o.id >= ${around}
      WHERE k.outcome_id >= ${since} AND (o.id IS NULL OR o.outcome_id <> k.outcome_id
        OR o.revision <> k.last_revision OR o.supersedes IS DISTINCT FROM k.previous_id)`,
  }),
  rowCheck({
    name: 'outbox.waiting',
    law: 2,
    meaning: '结果早该进入结果流，却仍未编号',
    remedy: '检查 work 进程是否在运行',
    rows: ({ overdueSeconds }) => sql`
      SELECT id AS subject FROM outbox
      WHERE id < partition_bound(now() - make_interval(secs => ${overdueSeconds}))`,
  }),
  feedCheck({
    name: 'outcome.unfed',
    law: 2,
    meaning: '结果既不在结果流里，也不在等待编号',
    remedy: '把本条目和当日日志交给维护人员',
    rows: ({ since }, floor) => sql`
      SELECT o.id AS subject FROM outcome o WHERE o.id >= ${since}
        AND NOT EXISTS (SELECT 1 FROM feed f WHERE f.outcome_row_id = o.id AND f.seq >= ${floor})
        AND NOT EXISTS (SELECT 1 FROM outbox b WHERE b.subject = o.id)`,
  }),
  feedCheck({
    name: 'feed.gap',
    law: 9,
    meaning: '结果流的编号不连续',
    remedy: '通知结果流的读取方核对，并把本条目交给维护人员',
    rows: (_scope, floor) => sql`
      SELECT seq AS subject FROM (
        SELECT seq, lag(seq) OVER (ORDER BY seq) AS before FROM feed WHERE seq >= ${floor}) numbered
      WHERE before <> seq - 1`,
  }),
  feedCheck({
    name: 'feed.twice',
    law: 9,
    meaning: '同一结果在结果流里编了两个号',
    remedy: '通知结果流的读取方按 outcomeId 和 revision 去重，并把本条目交给维护人员',
    rows: (_scope, floor) => sql`
      SELECT outcome_row_id AS subject FROM feed WHERE seq >= ${floor}
      GROUP BY outcome_row_id HAVING count(*) > 1`,
  }),
  feedCheck({
    name: 'feed.without_outcome',
    law: 9,
    meaning: '结果流里的编号没有对应的结果',
    remedy: '多因数据库只恢复了一部分：请按运维手册完整恢复备份',
    rows: ({ since, around }, floor) => sql`
      SELECT f.seq AS subject FROM feed f WHERE f.seq >= ${floor} AND f.outcome_row_id >= ${since}
        AND NOT EXISTS (SELECT 1 FROM outcome o WHERE o.id = f.outcome_row_id AND o.id >= ${around})`,
  }),
]
