import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import fastify, { LogController, type FastifyInstance } from 'fastify'
import {
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
  type FastifyPluginAsyncZod,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod'
import type { Core } from '../foundation/core.ts'
import type { SignInDeps } from '../staff/sign-in.ts'
import { documentationPath, guardRoutes } from './auth.ts'
import { answerErrors } from './errors.ts'
import { cutSpareConnections } from './spare-connections.ts'

const securityHeaders = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
} as const

/** The HTTP server with its guards; the features bring their routes. */
export async function buildServer(
  deps: Core & SignInDeps,
  options: { trustedProxies: readonly string[] },
  routes: readonly FastifyPluginAsyncZod[],
): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: deps.log,
    // Addresses may carry the hook's token; requests are logged by their route instead.
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: options.trustedProxies.length > 0 ? [...options.trustedProxies] : false,
  }).withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  answerErrors(app as unknown as FastifyInstance)
  cutSpareConnections(app as unknown as FastifyInstance)
  await guardRoutes(app as unknown as FastifyInstance, deps)
  app.addHook('onRequest', async (_request, reply) => {
    // The documentation page brings a policy of its own.
    reply.headers(securityHeaders)
  })
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'huifang',
        version: '1',
        description: '回访: surveys, callbacks and outcomes',
      },
      components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
      security: [{ key: [] }],
    },
    transform: jsonSchemaTransform,
  })
  for (const plugin of routes) await app.register(plugin)
  app.get(
    '/api/openapi.json',
    { config: { roles: ['public'], scope: 'none' }, schema: { hide: true } },
    async (_request, reply) => reply.send(app.swagger() as never),
  )
  await app.register(swaggerUi, { routePrefix: documentationPath, staticCSP: true })
  return app as unknown as FastifyInstance
}
