import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { staffOf } from '../http/auth.ts'
import {
  activatePolicy,
  checkPolicy,
  discardPolicyDraft,
  rollbackPolicy,
  savePolicyDraft,
  showPolicies,
  showPolicy,
  withdrawPolicy,
  type PolicyDeps,
} from './activate.ts'

const administrators = { roles: ['administrator'], scope: 'all' } as const
const why = z.string().trim().min(1).max(500)
const version = z.coerce.number().int().min(1).max(1_000_000)
const revision = z.number().int().positive()
// Read setting by setting, so that a draft may be kept unfinished and all its faults are told at once.
const settings = z.record(z.string(), z.unknown())

/** The settings that administrators tune, with their versions. */
export function policyRoutes(deps: PolicyDeps): FastifyPluginAsyncZod {
  return async (app) => {
    const by = (request: Parameters<typeof staffOf>[0]) => `staff:${staffOf(request).id}`

    app.get('/api/v1/policies', {
      config: administrators,
      schema: { summary: 'The policy in force, the one to come, the draft, and all versions' },
      handler: () => showPolicies(deps),
    })
    app.get('/api/v1/policies/:version', {
      config: administrators,
      schema: {
        summary: 'One version, with what it changed against the one before',
        params: z.object({ version }),
      },
      handler: (request) => showPolicy(deps, request.params.version),
    })
    app.post('/api/v1/policies/check', {
      config: administrators,
      schema: {
        summary: 'All faults of settings, and what they would change; changes nothing',
        body: z.object({ settings }),
      },
      handler: (request) => checkPolicy(deps, request.body.settings),
    })
    app.put('/api/v1/policies/draft', {
      config: administrators,
      schema: {
        summary: 'Keep the settings that are being worked on; they may hold faults',
        body: z.object({
          settings,
          /** Of the draft that was read; null where there was none. */
          revision: revision.nullable(),
        }),
      },
      handler: async (request) => ({
        revision: await savePolicyDraft(deps, { ...request.body, by: by(request) }),
      }),
    })
    app.delete('/api/v1/policies/draft', {
      config: administrators,
      schema: {
        summary: 'Throw the draft away',
        querystring: z.object({ revision: z.coerce.number().int().positive() }),
      },
      async handler(request) {
        await discardPolicyDraft(deps, request.query)
        return { discarded: true }
      },
    })
    app.post('/api/v1/policies', {
      config: administrators,
      schema: {
        summary: 'Put settings in force as the next version, now or at a time to come',
        body: z.object({
          settings,
          /** The version that was in force when these settings were written; null for none. */
          expected: z.number().int().positive().nullable(),
          inForceAt: z.iso.datetime({ offset: true }).nullable().default(null),
          why,
        }),
      },
      async handler(request) {
        const { inForceAt, ...rest } = request.body
        return {
          version: await activatePolicy(deps, {
            ...rest,
            inForceAt: inForceAt === null ? null : new Date(inForceAt),
            by: by(request),
          }),
        }
      },
    })
    app.post('/api/v1/policies/rollback', {
      config: administrators,
      schema: {
        summary: 'Put the version before the one in force in force again',
        body: z.object({ why }),
      },
      handler: async (request) => ({
        version: await rollbackPolicy(deps, { why: request.body.why, by: by(request) }),
      }),
    })
    app.post('/api/v1/policies/:version/withdraw', {
      config: administrators,
      schema: {
        summary: 'Take a version back that has not come into force yet; it is the draft again',
        params: z.object({ version }),
        body: z.object({ why }),
      },
      async handler(request) {
        await withdrawPolicy(deps, { ...request.params, ...request.body, by: by(request) })
        return { withdrawn: true }
      },
    })
  }
}
