import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Core } from '../../foundation/core.ts'
import { staffOf } from '../../http/auth.ts'
import { activateLexicon, checkLexicon, rollbackLexicon, showLexicon } from './activate.ts'
import { groupsSchema } from './groups.ts'

const administrators = { roles: ['administrator'], scope: 'all' } as const
const why = z.string().trim().min(1).max(500)

/** Words that administrators add to the reader's own. */
export function lexiconRoutes(deps: Core): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/api/v1/lexicon', {
      config: administrators,
      schema: { summary: 'The words in force and all versions' },
      handler: () => showLexicon(deps),
    })
    app.post('/api/v1/lexicon/check', {
      config: administrators,
      schema: {
        summary: 'Try words on the labelled samples; changes nothing',
        body: z.object({ groups: groupsSchema }),
      },
      handler: (request) => checkLexicon(deps, request.body.groups),
    })
    app.post('/api/v1/lexicon', {
      config: administrators,
      schema: {
        summary: 'Put words in force as the next version; refused when replies would be read worse',
        body: z.object({ groups: groupsSchema, why }),
      },
      handler: async (request) => ({
        version: await activateLexicon(deps, {
          groups: request.body.groups,
          why: request.body.why,
          by: `staff:${staffOf(request).id}`,
        }),
      }),
    })
    app.post('/api/v1/lexicon/rollback', {
      config: administrators,
      schema: { summary: 'Put the version before in force again', body: z.object({ why }) },
      handler: async (request) => ({
        version: await rollbackLexicon(deps, {
          why: request.body.why,
          by: `staff:${staffOf(request).id}`,
        }),
      }),
    })
  }
}
