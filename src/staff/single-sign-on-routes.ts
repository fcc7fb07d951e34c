import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { AppError } from '../foundation/errors.ts'
import { cookieOptions, giveCookie, visitorOf, type CookieDeps } from '../http/session.ts'
import { callbackPath, type SingleSignOn } from './single-sign-on.ts'

const errandCookie = 'huifang_errand'
const open = {
  roles: ['public'],
  scope: 'none',
  rateLimit: { max: 60, timeWindow: '1 minute' },
} as const

/** The way to the provider of single sign-on and back. A refusal leads to the console, which tells it in words. */
export function singleSignOnRoutes(
  deps: CookieDeps & { singleSignOn: SingleSignOn },
): FastifyPluginAsyncZod {
  const toConsole = (error: unknown) => {
    if (!(error instanceof AppError)) throw error
    return `/?refused=${error.code}`
  }
  return async (app) => {
    app.get('/api/v1/single-sign-on', {
      config: open,
      schema: { summary: 'To the provider of single sign-on' },
      async handler(request, reply) {
        try {
          const { location, errand } = await deps.singleSignOn.begin()
          // Lax: the way back comes from another site.
          const options = {
            ...cookieOptions(deps, request),
            sameSite: 'lax',
            path: callbackPath,
          } as const
          return reply
            .setCookie(errandCookie, errand, { ...options, maxAge: 600 })
            .redirect(location)
        } catch (error) {
          return reply.redirect(toConsole(error))
        }
      },
    })
    app.get(callbackPath, {
      config: open,
      schema: { summary: 'Back from the provider of single sign-on', hide: true },
      async handler(request, reply) {
        reply.clearCookie(errandCookie, { ...cookieOptions(deps, request), path: callbackPath })
        try {
          const { token } = await deps.singleSignOn.finish(
            visitorOf(request),
            request.url,
            request.cookies[errandCookie],
          )
          giveCookie(deps, request, reply, token)
          return reply.redirect('/')
        } catch (error) {
          return reply.redirect(toConsole(error))
        }
      },
    })
  }
}
