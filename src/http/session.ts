import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Visitor } from '../staff/sign-in.ts'
import { sessionCookie } from './auth.ts'

export interface CookieDeps {
  /** The address by which people reach us, when it is set. */
  publicUrl: string | undefined
}

export function visitorOf(request: FastifyRequest): Visitor {
  return { address: request.ip, userAgent: request.headers['user-agent'] ?? '' }
}

/** What every cookie of ours has: no script reads it, and over TLS nothing else carries it. */
export function cookieOptions(deps: CookieDeps, request: FastifyRequest) {
  return {
    path: '/',
    httpOnly: true,
    secure: request.protocol === 'https' || deps.publicUrl?.startsWith('https:') === true,
  } as const
}

export function giveCookie(
  deps: CookieDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  token: string,
): void {
  // Without an age it ends with the browser; the server ends it earlier.
  reply.setCookie(sessionCookie, token, { ...cookieOptions(deps, request), sameSite: 'strict' })
}

export function takeCookie(deps: CookieDeps, request: FastifyRequest, reply: FastifyReply): void {
  reply.clearCookie(sessionCookie, { ...cookieOptions(deps, request), sameSite: 'strict' })
}
