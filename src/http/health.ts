import { sql } from 'kysely'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { Gauge, Registry, collectDefaultMetrics } from 'prom-client'
import { z } from 'zod'
import type { Core } from '../foundation/core.ts'
import { AppError } from '../foundation/errors.ts'

export interface HealthDeps extends Core {
  queueDepth: () => Promise<Record<string, number>>
}

/** Whether the process lives, whether it can work, and its figures. None of them names a citizen. */
export function healthRoutes(deps: HealthDeps): FastifyPluginAsyncZod {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const queued = new Gauge({
    name: 'huifang_queue_jobs',
    help: 'Jobs that wait or run, per queue',
    labelNames: ['queue_name'],
    registers: [registry],
  })
  const waiting = new Gauge({
    name: 'huifang_waiting',
    help: 'Work that waits, by kind',
    labelNames: ['kind'],
    registers: [registry],
  })
  return async (app) => {
    app.get('/healthz', {
      config: { roles: ['public'], scope: 'none' },
      schema: {
        summary: 'The process lives',
        response: { 200: z.object({ ok: z.literal(true) }) },
      },
      handler: async () => ({ ok: true as const }),
    })
    app.get('/readyz', {
      config: { roles: ['public'], scope: 'none' },
      schema: {
        summary: 'The process can do its work',
        response: { 200: z.object({ ok: z.literal(true) }) },
      },
      async handler() {
        await sql`SELECT 1`.execute(deps.db).catch(() => {
          throw new AppError('database.unavailable')
        })
        await deps.queueDepth().catch(() => {
          throw new AppError('queue.unavailable')
        })
        return { ok: true as const }
      },
    })
    app.get('/metrics', {
      config: { roles: ['public'], scope: 'none' },
      schema: { summary: 'Prometheus text', hide: true },
      async handler(_request, reply) {
        for (const [name, jobs] of Object.entries(await deps.queueDepth())) {
          queued.set({ queue_name: name }, jobs)
        }
        for (const [kind, count] of Object.entries(await countWaiting(deps))) {
          waiting.set({ kind }, count)
        }
        return reply.type(registry.contentType).send((await registry.metrics()) as never)
      },
    })
  }
}

// Each count reads a partial index that holds open work only, so its cost does not grow with history.
async function countWaiting(deps: Pick<Core, 'db'>): Promise<Record<string, number>> {
  const { rows } = await sql<Record<string, number>>`
    SELECT
      (SELECT count(*) FROM message WHERE state = 'queued' AND look_at <= now()) AS texts_due,
      (SELECT count(*) FROM callback WHERE state = 'waiting') AS callbacks_waiting,
      (SELECT count(*) FROM callback WHERE state = 'waiting' AND due_at < now()) AS callbacks_overdue,
      (SELECT count(*) FROM triage WHERE state = 'waiting') AS triage_waiting,
      (SELECT count(*) FROM duty WHERE state = 'ringing') AS urgent_ringing,
      (SELECT count(*) FROM alarm WHERE cleared_at IS NULL) AS alarms_standing`.execute(deps.db)
  return rows[0] ?? {}
}
