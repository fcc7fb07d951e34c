import { sql } from 'kysely'
import { dateAt } from '../../foundation/clock.ts'
import { AppError } from '../../foundation/errors.ts'
import type { DeadJob } from '../../foundation/queue.ts'
import { found, nothing, type Check, type DoctorDeps } from '../check.ts'

const clockToleranceSeconds = 30

/** In which rows the work of a queue still shows as undone. A dead job whose work was done by a later one is history. */
const undone: Record<string, { table: string; condition: string }> = {
  dispatch: { table: 'message', condition: `state = 'queued' AND due_at <= now()` },
  reconcile: { table: 'message', condition: `state IN ('submitting', 'unknown')` },
  replies: { table: 'inbound', condition: `state = 'raw'` },
  receipts: { table: 'inbound', condition: `state = 'raw'` },
  conclude: {
    table: 'survey',
    condition: `(state = 'open' AND expires_at <= now()) OR (state = 'expired' AND late_until <= now())`,
  },
}

/** What the database works with: the queue's store and the machine's clock. */
export const surroundingChecks: Check[] = [
  {
    name: 'queue.unusable',
    law: 1,
    meaning: '任务队列打不开，或其设置会丢弃任务',
    remedy: '检查 REDIS_URL、Redis 是否在运行，以及其 maxmemory-policy 是否为 noeviction',
    async find({ queues }) {
      return queues instanceof AppError ? found([queues.message]) : nothing
    },
  },
  {
    name: 'queue.dead',
    law: 1,
    meaning: '有任务多次失败，其对应的数据仍未处理',
    remedy: '用 huifang queue dead 查看原因，排除后执行 huifang queue redrive',
    async find(deps) {
      if (deps.queues instanceof AppError) return nothing
      const stuck: string[] = []
      for (const job of await deps.queues.dead()) {
        if (await isUndone(deps, job)) stuck.push(`${job.queue}/${job.id} ${job.reason}`)
      }
      return found(stuck)
    },
  },
  {
    name: 'queue.waiting',
    law: 1,
    meaning: '任务在队列里等了太久',
    remedy: '检查各队列的 work 进程是否在运行（work --only 是否漏掉了队列），必要时增加 work 进程',
    async find({ queues, clock }, { overdueSeconds }) {
      if (queues instanceof AppError) return nothing
      const limit = dateAt(clock.nowMs() - overdueSeconds * 1000)
      const waiting = Object.entries(await queues.waitingSince())
      return found(waiting.filter(([, since]) => since && since < limit).map(([name]) => name))
    },
  },
  {
    name: 'clock.apart',
    law: 11,
    meaning: '本机时钟与数据库时钟不一致',
    remedy: '在本机和数据库服务器上启用时间同步（NTP）',
    async find({ db, clock }) {
      const { rows } = await sql<{ nowMs: number }>`
        SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now_ms`.execute(db)
      const apartSeconds = Math.round(Math.abs(rows[0]!.nowMs - clock.nowMs()) / 1000)
      return apartSeconds > clockToleranceSeconds ? found([`相差 ${apartSeconds} 秒`]) : nothing
    },
  },
]

async function isUndone({ db }: DoctorDeps, job: DeadJob): Promise<boolean> {
  const work = undone[job.queue]
  if (!work || job.ids.length === 0) return true
  const { rows } = await sql`
    SELECT 1 FROM ${sql.table(work.table)}
    WHERE id = ANY(${job.ids}::uuid[]) AND (${sql.raw(work.condition)}) LIMIT 1`.execute(db)
  return rows.length > 0
}
