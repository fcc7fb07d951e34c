import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { AppError } from '../foundation/errors.ts'
import { staffOf } from '../http/auth.ts'
import { businesses } from '../policy/policy.ts'
import { checkTemplate } from './check/check.ts'
import { compareVersions, type CompareDeps } from './compare.ts'
import { activatePlan, listPlans, rollbackPlan } from './plan.ts'
import { content, key, misfit, scaleFits, shares, slot, text } from './content.ts'
import { deleteAtProvider, type ReviewDeps } from './review.ts'
import { listVersions } from './version-store.ts'
import {
  checkVersion,
  createDraft,
  discardDraft,
  editDraft,
  findVersion,
  nameFallback,
  submitVersion,
  type VersionDeps,
} from './versions.ts'

const administrators = { roles: ['administrator'], scope: 'all' } as const
const params = z.object({ id: z.uuid() })
const why = z.string().trim().min(1).max(500)
const revision = z.number().int().positive()
/** Texts and their versions, for administrators. */
export function templateRoutes(
  deps: ReviewDeps & VersionDeps & CompareDeps,
): FastifyPluginAsyncZod {
  return async (app) => {
    const by = (request: Parameters<typeof staffOf>[0]) => `staff:${staffOf(request).id}`

    app.get('/api/v1/templates', {
      config: administrators,
      schema: { summary: 'All versions of all texts, of each the newest first' },
      handler: async () => ({ versions: await listVersions(deps.db) }),
    })
    app.get('/api/v1/templates/:id', {
      config: administrators,
      schema: { summary: 'One version', params },
      handler: (request) => findVersion(deps.db, request.params.id),
    })
    app.post('/api/v1/templates', {
      config: administrators,
      schema: {
        summary: 'Write the next version of a text, or the first of a new one, as a draft',
        body: z
          .object({
            key,
            ...slot,
            ...content,
          })
          .refine(scaleFits, misfit),
      },
      async handler(request, reply) {
        reply.status(201)
        return createDraft(deps, request.body, by(request))
      },
    })
    app.put('/api/v1/templates/:id', {
      config: administrators,
      schema: {
        summary: 'Change a draft, or a version that the provider refused; it is a draft again',
        params,
        body: z.object({ revision, ...content }),
      },
      async handler(request) {
        const { revision: seen, ...rest } = request.body
        const { id } = request.params
        const version = await findVersion(deps.db, id)
        if (!scaleFits({ purpose: version.purpose, scale: rest.scale })) {
          throw new AppError('request.invalid', { field: 'scale', reason: misfit.message })
        }
        await editDraft(deps, { id, revision: seen, content: rest }, by(request))
        return { changed: true }
      },
    })
    app.delete('/api/v1/templates/:id', {
      config: administrators,
      schema: {
        summary: 'Throw away a draft that the provider never saw',
        params,
        querystring: z.object({ revision: z.coerce.number().int().positive() }),
      },
      async handler(request) {
        await discardDraft(
          deps,
          { id: request.params.id, revision: request.query.revision },
          by(request),
        )
        return { discarded: true }
      },
    })
    app.post('/api/v1/templates/check', {
      config: administrators,
      schema: {
        summary: 'Examine a text as it is being written; changes nothing',
        body: z.object({ purpose: slot.purpose, ...text }),
      },
      handler: async (request) => checkTemplate(request.body, await deps.readAs()),
    })
    app.post('/api/v1/templates/:id/check', {
      config: administrators,
      schema: {
        summary: 'Examine a version; a draft that passes counts as checked',
        params,
        body: z.object({ revision }),
      },
      handler: (request) => checkVersion(deps, { ...request.params, ...request.body }, by(request)),
    })
    app.post('/api/v1/templates/:id/submit', {
      config: administrators,
      schema: {
        summary: 'Hand a version in for the provider’s review',
        params,
        body: z.object({ revision }),
      },
      async handler(request) {
        await submitVersion(deps, { ...request.params, ...request.body }, by(request))
        return { submitted: true }
      },
    })
    app.put('/api/v1/templates/:id/fallback', {
      config: administrators,
      schema: {
        summary: 'Name the version that takes over when the provider withdraws this one',
        params,
        body: z.object({ fallbackId: z.uuid().nullable() }),
      },
      async handler(request) {
        await nameFallback(deps, { ...request.params, ...request.body }, by(request))
        return { changed: true }
      },
    })
    app.delete('/api/v1/templates/:id/provider', {
      config: administrators,
      schema: { summary: 'Delete a version that is out of use at the provider, for ever', params },
      async handler(request) {
        await deleteAtProvider(deps, { id: request.params.id, by: by(request) })
        return { deleted: true }
      },
    })
    app.get('/api/v1/template-plans', {
      config: administrators,
      schema: {
        summary: 'Which versions shared the traffic of a purpose and business, newest first',
        querystring: z.object({
          purpose: slot.purpose,
          business: z.enum(businesses).optional(),
        }),
      },
      handler: async ({ query: { purpose, business } }) => ({
        plans: await listPlans(deps, { purpose, business: business ?? null }),
      }),
    })
    app.get('/api/v1/template-plans/comparison', {
      config: administrators,
      schema: {
        summary: 'The versions of a purpose and business side by side, with 95 % intervals',
        querystring: z.object({
          purpose: z.enum(['ask', 'reminder']),
          business: z.enum(businesses).optional(),
          days: z.coerce.number().int().min(1).max(92).default(28),
        }),
      },
      handler: ({ query: { purpose, business, days } }) =>
        compareVersions(deps, { purpose, business: business ?? null }, days),
    })
    app.post('/api/v1/template-plans', {
      config: administrators,
      schema: {
        summary: 'Put versions in use, each with its share; all others of the slot go out of use',
        body: z.object({
          ...slot,
          /** The number of the plan that was in force when this one was made. */
          expected: z.number().int().positive().nullable(),
          shares,
          why,
        }),
      },
      handler: async (request) => ({
        number: await activatePlan(deps, { ...request.body, by: by(request) }),
      }),
    })
    app.post('/api/v1/template-plans/rollback', {
      config: administrators,
      schema: {
        summary: 'Put the plan before the one in force in force again',
        body: z.object({ ...slot, why }),
      },
      handler: async (request) => ({
        number: await rollbackPlan(deps, { ...request.body, by: by(request) }),
      }),
    })
  }
}
