import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { staffOf } from '../../http/auth.ts'
import { businesses } from '../../policy/policy.ts'
import { shares } from '../../template/content.ts'
import {
  cancelDryRun,
  showDryRun,
  showDryRuns,
  startDryRun,
  type DryRunDeps,
  type RunningDryRun,
} from './run.ts'

const administrators = { roles: ['administrator'], scope: 'all' } as const
const params = z.object({ id: z.uuid() })

/** What policies and texts would have done with the transactions of the past. */
export function dryRunRoutes(deps: DryRunDeps): FastifyPluginAsyncZod {
  return async (app) => {
    const running = new Set<RunningDryRun>()
    app.addHook('onClose', async () => {
      await Promise.all([...running].map((run) => run.stop()))
    })
    app.post('/api/v1/dry-runs', {
      config: administrators,
      schema: {
        summary: 'Find out what citizens of the last days would have got; sends nothing',
        body: z.object({
          days: z.number().int().min(1).max(92).default(30),
          /** A whole policy; null: the one in force. */
          settings: z.record(z.string(), z.unknown()).nullable().default(null),
          /** Texts that ask, in place of those in use; they need not be approved. */
          plans: z
            .array(z.object({ business: z.enum(businesses).nullable(), shares }))
            .max(businesses.length + 1)
            .default([]),
        }),
      },
      async handler(request, reply) {
        reply.status(202)
        const by = `staff:${staffOf(request).id}`
        const run = await startDryRun(deps, { ...request.body, by })
        running.add(run)
        void run.ended.then(() => running.delete(run))
        return { id: run.id }
      },
    })
    app.get('/api/v1/dry-runs', {
      config: administrators,
      schema: { summary: 'The latest dry runs' },
      handler: async () => ({ runs: await showDryRuns(deps) }),
    })
    app.get('/api/v1/dry-runs/:id', {
      config: administrators,
      schema: {
        summary: 'How far a dry run is, and what it found beside what really happened',
        params,
      },
      handler: (request) => showDryRun(deps, request.params.id),
    })
    app.post('/api/v1/dry-runs/:id/cancel', {
      config: administrators,
      schema: { summary: 'Stop a dry run that is under way', params },
      async handler(request) {
        await cancelDryRun(deps, request.params.id)
        return { cancelled: true }
      },
    })
  }
}
