import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { AppError } from '../foundation/errors.ts'
import { sourceOf } from '../http/auth.ts'
import type { PlanDeps } from '../survey/plan.ts'
import { acceptRows } from './accept.ts'
import { transactionRowSchema } from './row.ts'

export const rowsAtOnce = 1_000
const bodyLimitBytes = 4 * 1024 * 1024

const verdictSchema = z.looseObject({
  externalId: z.string().nullable(),
  verdict: z.enum(['accepted', 'duplicate', 'amended', 'withdrawn', 'rejected']),
})

/** Where source systems push finished transactions. */
export function intakeRoutes(deps: PlanDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.post('/api/v1/transactions', {
      config: { roles: ['source'], scope: 'self' },
      bodyLimit: bodyLimitBytes,
      schema: {
        summary: 'Push finished transactions: one object, or an array of up to 1,000',
        body: z.union([transactionRowSchema, z.array(transactionRowSchema).max(rowsAtOnce)]),
        response: { 202: z.object({ verdicts: z.array(verdictSchema) }) },
      },
      // Rows are judged one by one, so that a bad one does not cost the others theirs.
      validatorCompiler: () => (value: unknown) => ({ value }),
      async handler(request, reply) {
        const body: unknown = request.body
        const rows = Array.isArray(body) ? body : [body]
        if (rows.length > rowsAtOnce) {
          throw new AppError('request.too_many_rows', { limit: rowsAtOnce })
        }
        const verdicts = await acceptRows(deps, sourceOf(request), rows)
        return reply.status(202).send({ verdicts })
      },
    })
  }
}
