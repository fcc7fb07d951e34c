import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Core } from '../foundation/core.ts'
import { staffOf } from '../http/auth.ts'
import { keptKinds, liftableKinds, listedAtMost } from './block-kinds.ts'
import { blocksOfNumber, listNumbers, showBlocks, unlistNumber } from './block-list.ts'

const administrators = { roles: ['administrator'], scope: 'all' } as const
const reason = z.string().trim().min(1).max(200)
// Numbers never stand in an address (law 10), so whatever names one is a POST.
const number = z.string().trim().min(1).max(40)

/** Numbers that are not texted, for administrators. */
export function blockRoutes(deps: Core): FastifyPluginAsyncZod {
  return async (app) => {
    const by = (request: Parameters<typeof staffOf>[0]) => `staff:${staffOf(request).id}`

    app.get('/api/v1/contact-blocks', {
      config: administrators,
      schema: { summary: 'How many numbers are not texted and why, and the latest entries' },
      handler: () => showBlocks(deps),
    })
    app.post('/api/v1/contact-blocks/find', {
      config: administrators,
      schema: {
        summary: 'What keeps a number from being texted; the look is on record',
        body: z.object({ number }),
      },
      handler: async (request) => ({
        blocks: await blocksOfNumber(deps, request.body.number, by(request)),
      }),
    })
    app.post('/api/v1/contact-blocks', {
      config: administrators,
      bodyLimit: 2 * 1024 * 1024,
      schema: {
        summary: 'Keep numbers from being texted, up to 20,000 at once; bad lines are named',
        body: z.object({
          numbers: z.array(z.string().max(40)).min(1).max(listedAtMost),
          kind: z.enum(keptKinds),
          until: z.iso.datetime({ offset: true }).nullable().default(null),
          reason,
        }),
      },
      async handler(request) {
        const { until, ...rest } = request.body
        return listNumbers(deps, {
          ...rest,
          until: until === null ? null : new Date(until),
          by: by(request),
        })
      },
    })
    app.post('/api/v1/contact-blocks/lift', {
      config: administrators,
      schema: {
        summary: 'Let a number be texted again: opting in again, say',
        body: z.object({ number, kind: z.enum(liftableKinds), reason }),
      },
      async handler(request) {
        await unlistNumber(deps, { ...request.body, by: by(request) })
        return { lifted: true }
      },
    })
  }
}
