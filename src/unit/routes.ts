import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { staffOf } from '../http/auth.ts'
import { unitsWithin } from './scope.ts'
import type { Unit } from './unit.ts'

/** The tree, for whoever chooses from it. */
export function unitRoutes(deps: {
  units: () => Promise<Map<string, Unit>>
}): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/api/v1/units', {
      config: { roles: ['agent', 'supervisor', 'administrator'], scope: 'units' },
      schema: {
        summary: 'The units of one’s part of the tree, closed ones too',
        response: {
          200: z.object({
            units: z.array(
              z.object({
                code: z.string(),
                name: z.string(),
                parentCode: z.string().nullable(),
                closed: z.boolean(),
              }),
            ),
          }),
        },
      },
      async handler(request) {
        const units = await deps.units()
        const within = unitsWithin(units, staffOf(request).scopeCode)
        const mine = within === null ? [...units.keys()] : within
        return { units: mine.flatMap((code) => units.get(code) ?? []) }
      },
    })
  }
}
