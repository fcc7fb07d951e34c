import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { staffOf } from '../http/auth.ts'
import { businesses } from '../policy/policy.ts'
import { sendTest, textSamples, type PreviewDeps } from './preview.ts'

const administrators = { roles: ['administrator'], scope: 'all' } as const

/** What texts look like before anybody gets them. */
export function previewRoutes(deps: PreviewDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/api/v1/text-samples', {
      config: administrators,
      schema: {
        summary: 'Values of the latest real transactions, with masked numbers, to fill a text with',
        querystring: z.object({ business: z.enum(businesses).optional() }),
      },
      handler: (request) => textSamples(deps, request.query.business ?? null),
    })
    app.post('/api/v1/templates/:id/test', {
      config: administrators,
      schema: {
        summary: 'Text an approved version to one’s own number; at most ten an hour',
        params: z.object({ id: z.uuid() }),
        // A number never stands in an address (law 10).
        body: z.object({ phone: z.string().trim().min(1).max(40) }),
      },
      handler: (request) =>
        sendTest(deps, {
          ...request.params,
          ...request.body,
          by: `staff:${staffOf(request).id}`,
        }),
    })
  }
}
