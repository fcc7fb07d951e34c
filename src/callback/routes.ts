import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { parseZonedIso } from '../foundation/clock.ts'
import { ratings } from '../foundation/rating.ts'
import { staffOf } from '../http/auth.ts'
import { replyReasons } from '../reply/verdict.ts'
import { attemptResults, findings } from './rules.ts'
import { viewCase } from './view.ts'
import {
  claim,
  recordAttempt,
  release,
  renew,
  revealNumber,
  review,
  type CallbackDeps,
} from './work.ts'

const params = z.object({ id: z.uuid() })
const callers = { roles: ['agent', 'supervisor'] } as const

const attemptBody = z
  .object({
    result: z.enum(attemptResults),
    rating: z.enum(ratings).nullable().default(null),
    finding: z.enum(findings).nullable().default(null),
    reasons: z.array(z.enum(replyReasons)).default([]),
    note: z.string().max(4_000).nullable().default(null),
    callAgainAt: z
      .string()
      .refine((value) => parseZonedIso(value) !== null, '必须是带时区的 ISO 8601 时间')
      .nullable()
      .default(null),
  })
  .refine(({ result, callAgainAt }) => result !== 'call_later' || callAgainAt !== null, {
    path: ['callAgainAt'],
    message: '群众要求另约时间时必须填写',
  })
  .refine(({ result, finding }) => result !== 'reached' || finding !== null, {
    path: ['finding'],
    message: '接通后必须填写核实结论',
  })

/** The work of callback staff. */
export function callbackRoutes(deps: CallbackDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.post('/api/v1/callbacks/claim', {
      config: callers,
      schema: { summary: 'Claim the next callback, with a lease' },
      handler: async (request) => {
        const callback = await claim(deps, staffOf(request))
        return { callback, case: await viewCase(deps, callback.caseId) }
      },
    })
    app.post('/api/v1/callbacks/:id/renew', {
      config: callers,
      schema: { summary: 'Keep the lease', params },
      handler: async (request) => ({
        leaseUntil: await renew(deps, staffOf(request), request.params.id),
      }),
    })
    app.post('/api/v1/callbacks/:id/release', {
      config: callers,
      schema: { summary: 'Give a callback back', params },
      handler: async (request) => {
        await release(deps, staffOf(request), request.params.id)
        return { released: true }
      },
    })
    app.post('/api/v1/callbacks/:id/number', {
      config: callers,
      schema: { summary: 'See the whole number, and begin the call; audited', params },
      handler: async (request) => ({
        phone: await revealNumber(deps, staffOf(request), request.params.id),
      }),
    })
    app.post('/api/v1/callbacks/:id/attempts', {
      config: callers,
      schema: { summary: 'Record a try with its result', params, body: attemptBody },
      handler: async (request) => {
        const { callAgainAt, ...report } = request.body
        return recordAttempt(deps, staffOf(request), request.params.id, {
          ...report,
          callAgainAt: callAgainAt === null ? null : parseZonedIso(callAgainAt),
        })
      },
    })
    app.post('/api/v1/callbacks/:id/review', {
      config: { roles: ['supervisor'] },
      schema: {
        summary: 'Agree, as a second person, that a rating is raised or was a mistake',
        params,
        body: z.object({ approve: z.boolean() }),
      },
      handler: async (request) => {
        await review(deps, staffOf(request), request.params.id, request.body.approve)
        return { decided: true }
      },
    })
  }
}
