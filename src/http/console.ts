import { randomBytes } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyPluginAsync } from 'fastify'
import { AppError } from '../foundation/errors.ts'

/** Where the console stands once it is built (vite.config.ts). */
export const consoleFolder = fileURLToPath(new URL('../../dist/console', import.meta.url))

const nonceMark = '__CSP_NONCE__'
// Under these nothing is ever a page of the console.
const notPages = /^\/(?:api|hooks|assets|healthz|readyz|metrics)(?:\/|$)/

/** Nothing from elsewhere, no inline script, and styles only with the nonce of this very answer. */
const pagePolicy = (nonce: string) =>
  [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "media-src 'self'",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')

/**
 * The built console. Files under /assets carry their content's hash in their name and are kept for ever;
 * every other path is a page of the console, answered by index.html with a fresh nonce.
 */
export function consoleFiles(folder: string): FastifyPluginAsync {
  return async (app) => {
    await app.register(fastifyStatic, { root: folder, serve: false })
    const open = { roles: ['public'], scope: 'none' } as const

    app.get('/assets/*', {
      config: open,
      schema: { hide: true },
      async handler(request, reply) {
        const name = (request.params as { '*': string })['*']
        reply.header('cache-control', 'public, max-age=31536000, immutable')
        return reply.sendFile(join('assets', name), { cacheControl: false })
      },
    })
    app.get('/*', {
      config: open,
      schema: { hide: true },
      async handler(request, reply) {
        const path = request.url.split('?', 1)[0]!
        if (notPages.test(path)) return reply.callNotFound()
        if (
          /^\/[\w-]+\.\w+$/.test(path) &&
          path !== '/index.html' &&
          (await isFile(folder, path))
        ) {
          reply.header('cache-control', 'public, max-age=3600')
          return reply.sendFile(path.slice(1), { cacheControl: false })
        }
        const page = await readFile(join(folder, 'index.html'), 'utf8').catch(() => {
          throw new AppError('console.not_built')
        })
        const nonce = randomBytes(18).toString('base64')
        return reply
          .header('content-security-policy', pagePolicy(nonce))
          .header('permissions-policy', 'camera=(), microphone=(), geolocation=(), payment=()')
          .type('text/html; charset=utf-8')
          .send(page.replaceAll(nonceMark, nonce))
      },
    })
  }
}

async function isFile(folder: string, path: string): Promise<boolean> {
  return stat(join(folder, path)).then(
    (found) => found.isFile(),
    () => false,
  )
}
