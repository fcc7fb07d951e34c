import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Core } from '../foundation/core.ts'
import { AppError } from '../foundation/errors.ts'
import { callerOfKey, type Caller, type Staff, type StaffRole } from '../staff/staff.ts'

/** Who may use a route. `public` routes guard themselves, or have nothing to guard. */
export type RouteRole = 'public' | 'source' | 'feed' | StaffRole

declare module 'fastify' {
  interface FastifyContextConfig {
    roles?: readonly RouteRole[]
  }
  interface FastifyRequest {
    caller: Caller | null
  }
}

export const documentationPath = '/api/docs'

/**
 * Deny by default: a route that names no roles stops the start, and a request passes only with a key
 * whose holder has one of them. Guessing keys is slowed down per address.
 */
export async function guardRoutes(app: FastifyInstance, deps: Pick<Core, 'db'>): Promise<void> {
  await app.register(rateLimit, { global: false })
  app.decorateRequest('caller', null)
  app.addHook('onRoute', (route) => {
    // The documentation page brings routes of its own.
    if (route.url.startsWith(documentationPath))
      route.config = { ...route.config, roles: ['public'] }
    if (!route.config?.roles?.length) {
      throw new Error(`route ${String(route.method)} ${route.url} names no roles`)
    }
  })
  const guesses = app.createRateLimit({ max: 60, timeWindow: '1 minute' })
  app.addHook('onRequest', async (request) => {
    const roles = request.routeOptions.config.roles
    // Without a route there is nothing to guard: the not-found handler answers.
    if (!roles || roles.includes('public')) return
    const key = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
    const caller = key === undefined ? null : await callerOfKey(deps, key)
    if (!caller) {
      const limit = await guesses(request)
      if (!limit.isAllowed && limit.isExceeded) throw new AppError('request.too_fast')
      throw new AppError(key === undefined ? 'auth.missing' : 'auth.invalid')
    }
    const role = caller.kind === 'staff' ? caller.staff.role : caller.kind
    if (!roles.includes(role)) throw new AppError('auth.forbidden')
    request.caller = caller
  })
}

/** The person behind a request whose route lets only staff in. */
export function staffOf(request: FastifyRequest): Staff {
  if (request.caller?.kind !== 'staff') throw new AppError('auth.forbidden')
  return request.caller.staff
}

/** The source behind a request whose route lets only sources in. */
export function sourceOf(request: FastifyRequest): string {
  if (request.caller?.kind !== 'source') throw new AppError('auth.forbidden')
  return request.caller.name
}
