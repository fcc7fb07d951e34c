import { timingSafeEqual } from 'node:crypto'
import cookie from '@fastify/cookie'
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { AppError } from '../foundation/errors.ts'
import { holderOfKey, type KeyHolder } from '../staff/keys.ts'
import { sessionOf, type Session, type SignInDeps } from '../staff/sign-in.ts'
import { staffRoles, type Staff, type StaffRole } from '../staff/staff.ts'

/** Who may use a route. `public` routes guard themselves, or have nothing to guard. */
export type RouteRole = 'public' | 'source' | 'feed' | StaffRole

/**
 * What bounds the records that a route gives or changes. `none`: nothing of it belongs to a unit; `self`:
 * the caller's own; `cases`: the caller's part of the tree without the units that rate themselves (law 7);
 * `units`: the caller's part of the tree; `all`: everything, for whoever may call it.
 */
export type RouteScope = 'none' | 'self' | 'cases' | 'units' | 'all'

export interface GuardedRoute {
  method: string
  url: string
  roles: readonly RouteRole[]
  scope: RouteScope | undefined
}

declare module 'fastify' {
  interface FastifyContextConfig {
    roles?: readonly RouteRole[]
    scope?: RouteScope
    /** Also open to somebody who must change the password first. */
    whilePasswordDue?: boolean
    /** Requests come without anybody at the desk: they keep no session from ending idle. */
    unattended?: boolean
  }
  interface FastifyInstance {
    /** Every route with who may use it and what bounds it, as they are declared. */
    guardedRoutes: GuardedRoute[]
  }
  interface FastifyRequest {
    caller: KeyHolder | null
    /** Of whoever came with the cookie. */
    session: Session | null
  }
}

export const documentationPath = '/api/docs'
export const sessionCookie = 'huifang_session'
export const csrfHeader = 'x-huifang-csrf'
/** Sent with requests that a page makes by itself: they keep no session from ending idle. */
export const unattendedHeader = 'x-huifang-unattended'
export const anyStaff: readonly RouteRole[] = staffRoles

const readsOnly = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Deny by default: a route that names no roles stops the start, and a request passes only with a key or a
 * session whose holder has one of them. A session comes with a cookie, so what changes something must show
 * the session's own token too. Guessing is slowed down per address.
 */
export async function guardRoutes(app: FastifyInstance, deps: SignInDeps): Promise<void> {
  await app.register(cookie)
  await app.register(rateLimit, { global: false })
  const guardedRoutes: GuardedRoute[] = []
  app.decorate('guardedRoutes', guardedRoutes)
  app.decorateRequest('caller', null)
  app.decorateRequest('session', null)
  app.addHook('onRoute', (route) => {
    // The documentation page brings routes of its own.
    if (route.url.startsWith(documentationPath))
      route.config = { ...route.config, roles: ['public'], scope: 'none' }
    if (!route.config?.roles?.length) {
      throw new Error(`route ${String(route.method)} ${route.url} names no roles`)
    }
    const { roles, scope } = route.config
    for (const method of [route.method].flat()) {
      guardedRoutes.push({ method, url: route.url, roles, scope })
    }
  })
  // After lunch a whole office behind one address comes back with sessions that ran out.
  const guesses = app.createRateLimit({ max: 600, timeWindow: '1 minute' })
  const hurry = app.createRateLimit({
    max: 1_200,
    timeWindow: '1 minute',
    keyGenerator: (request) => (request.caller?.kind === 'staff' ? request.caller.staff.id : ''),
  })
  app.addHook('onRequest', async (request) => {
    const { roles, whilePasswordDue } = request.routeOptions.config
    // Without a route there is nothing to guard: the not-found handler answers.
    if (!roles || roles.includes('public')) return
    const found = await identify(deps, request)
    if (found instanceof AppError) {
      if (found.code !== 'auth.missing') await refuseExcess(guesses, request)
      throw found
    }
    const { caller } = found
    request.caller = caller
    request.session = found.session
    const role = caller.kind === 'staff' ? caller.staff.role : caller.kind
    if (!roles.includes(role)) throw new AppError('auth.forbidden')
    if (request.session?.mustChangePassword && !whilePasswordDue) {
      throw new AppError('auth.password_change_due')
    }
    if (caller.kind === 'staff') await refuseExcess(hurry, request)
  })
}

async function refuseExcess(
  limiter: ReturnType<FastifyInstance['createRateLimit']>,
  request: FastifyRequest,
): Promise<void> {
  const limit = await limiter(request)
  if (!limit.isAllowed && limit.isExceeded) throw new AppError('request.too_fast')
}

interface Found {
  caller: KeyHolder
  session: Session | null
}

/** Finds out who calls, by key or by cookie; the refusal when nobody is to be found. */
async function identify(deps: SignInDeps, request: FastifyRequest): Promise<Found | AppError> {
  const { authorization } = request.headers
  if (authorization !== undefined) {
    const key = /^Bearer (\S+)$/i.exec(authorization)?.[1]
    const caller = key === undefined ? null : await holderOfKey(deps, key)
    return caller ? { caller, session: null } : new AppError('auth.invalid')
  }
  const token = request.cookies[sessionCookie]
  if (token === undefined) return new AppError('auth.missing')
  const unattended =
    request.routeOptions.config.unattended === true ||
    request.headers[unattendedHeader] !== undefined
  const session = await sessionOf(deps, token, unattended)
  if (!session) return new AppError('auth.session_ended')
  if (!readsOnly.has(request.method) && !showsToken(request, session.csrfToken)) {
    return new AppError('auth.csrf')
  }
  return { caller: { kind: 'staff', staff: session.staff, scopes: [] }, session }
}

/** For answers that go on and on: whether the caller still is who they were when they came. */
export async function stillAllowed(deps: SignInDeps, request: FastifyRequest): Promise<boolean> {
  const found = await identify(deps, request)
  const before = request.caller
  return (
    !(found instanceof AppError) &&
    found.caller.kind === 'staff' &&
    before?.kind === 'staff' &&
    found.caller.staff.role === before.staff.role &&
    found.caller.staff.unitCode === before.staff.unitCode &&
    found.caller.staff.scopeCode === before.staff.scopeCode
  )
}

function showsToken(request: FastifyRequest, expected: string): boolean {
  const given = Buffer.from(String(request.headers[csrfHeader] ?? ''))
  const wanted = Buffer.from(expected)
  return given.length === wanted.length && timingSafeEqual(given, wanted)
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
