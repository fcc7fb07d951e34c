import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { ratings } from '../foundation/rating.ts'
import { staffOf } from '../http/auth.ts'
import type { CaseTextDeps } from '../survey/case-text.ts'
import { ringingDuties, takeUrgent } from './duty.ts'
import { judgeReply } from './judge.ts'
import { waitingTriage } from './triage.ts'

const params = z.object({ id: z.uuid() })
/** Of `cases` in the list: where it is in doubt to which case the reply belongs. */
const caseId = z.uuid().optional()
const limit = z.coerce.number().int().min(1).max(200).default(50)
const people = { roles: ['agent', 'supervisor'], scope: 'cases' } as const

/** Replies that wait for a person. */
export function evaluationRoutes(deps: CaseTextDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/api/v1/triage', {
      config: people,
      schema: {
        summary: 'Replies that no machine may decide, nearest deadline first',
        querystring: z.object({ limit }),
      },
      handler: async (request) => ({
        waiting: await waitingTriage(deps, staffOf(request), request.query.limit),
      }),
    })
    app.post('/api/v1/triage/:id', {
      config: people,
      schema: {
        summary: 'Decide what a reply means',
        params,
        body: z.discriminatedUnion('kind', [
          z.object({ kind: z.literal('rating'), rating: z.enum(ratings), caseId }),
          z.object({ kind: z.enum(['call', 'opt_out', 'wrong_person', 'no_rating']), caseId }),
        ]),
      },
      handler: async (request) => {
        await judgeReply(deps, staffOf(request), request.params.id, request.body)
        return { decided: true }
      },
    })
    app.get('/api/v1/duty', {
      config: people,
      schema: {
        summary: 'Urgent replies that nobody has taken yet, oldest first',
        querystring: z.object({ limit }),
      },
      handler: async (request) => ({
        ringing: await ringingDuties(deps, staffOf(request), request.query.limit),
      }),
    })
    app.post('/api/v1/duty/:id/take', {
      config: people,
      schema: { summary: 'Take an urgent reply', params },
      handler: async (request) => {
        await takeUrgent(deps, staffOf(request), request.params.id)
        return { taken: true }
      },
    })
  }
}
