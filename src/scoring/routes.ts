import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Core } from '../foundation/core.ts'
import { readFeed } from './feed.ts'

const entrySchema = z.looseObject({
  feedSeq: z.number().int(),
  outcomeId: z.string(),
  revision: z.number().int(),
  supersedes: z.string().nullable(),
  at: z.date(),
  result: z.string(),
})

/** The outcome feed: ordered, at-least-once, resumable from any cursor. */
export function feedRoutes(deps: Core): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/api/v1/outcomes', {
      config: { roles: ['feed'], scope: 'all' },
      schema: {
        summary: 'Outcome revisions after a cursor; NDJSON with Accept: application/x-ndjson',
        querystring: z.object({
          after: z.coerce.number().int().min(0).default(0),
          limit: z.coerce.number().int().min(1).max(5_000).default(500),
        }),
        response: {
          200: z.object({
            outcomes: z.array(entrySchema),
            next: z.number().int().describe('The cursor for the next call'),
          }),
        },
      },
      async handler(request, reply) {
        const { after, limit } = request.query
        const outcomes = await readFeed(deps, after, limit)
        const next = outcomes.at(-1)?.feedSeq ?? after
        if (request.headers.accept?.includes('application/x-ndjson')) {
          const lines = outcomes.map((entry) => `${JSON.stringify(entry)}\n`).join('')
          return reply
            .type('application/x-ndjson; charset=utf-8')
            .serializer((payload) => payload as string)
            .send(lines as never)
        }
        return { outcomes: outcomes as never, next }
      },
    })
  }
}
