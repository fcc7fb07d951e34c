import { timingSafeEqual } from 'node:crypto'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Core } from '../foundation/core.ts'
import { AppError } from '../foundation/errors.ts'
import { gather } from '../foundation/gather.ts'
import type { Id } from '../foundation/ids.ts'
import { storeRaw, type InboundChannel, type Push } from './inbound.ts'

export interface HookDeps extends Core {
  hookToken: string
  /** Called after the raw push is committed; it may look into the body for what cannot wait. */
  pushed: (channel: InboundChannel, id: Id, body: string) => void
}

const bodyLimitBytes = 2 * 1024 * 1024
const channels = { 'sms-up': 'sms_up', 'sms-report': 'sms_report' } as const

/**
 * Where the provider pushes (help.aliyun.com/document_detail/101508.htm). It wants an answer within
 * 700 ms and signs nothing: the address itself is the secret. The push is stored raw and answered;
 * understanding comes after. Probes, duplicates and any order are tolerated.
 */
export function hookRoutes(deps: HookDeps): FastifyPluginAsyncZod {
  const token = Buffer.from(deps.hookToken)
  // Pushes that come at the same moment share a commit: the disk is waited for once.
  const store = gather((pushes: Push[]) => storeRaw(deps, pushes), {
    itemsAtMost: 50,
    roundsAtOnce: 2,
  })
  return async (app) => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser(
      '*',
      { parseAs: 'string', bodyLimit: bodyLimitBytes },
      (_request, body, done) => done(null, body),
    )
    for (const [path, channel] of Object.entries(channels)) {
      app.post(`/hooks/aliyun/:token/${path}`, {
        config: { roles: ['public'], scope: 'none' },
        bodyLimit: bodyLimitBytes,
        logLevel: 'warn',
        schema: {
          hide: true,
          params: z.object({ token: z.string() }),
          response: { 200: z.object({ code: z.literal(0), msg: z.literal('成功') }) },
        },
        async handler(request) {
          const given = Buffer.from(request.params.token)
          if (given.length !== token.length || !timingSafeEqual(given, token)) {
            throw new AppError('request.not_found')
          }
          const body = typeof request.body === 'string' ? request.body : ''
          const id = await store({ channel, body })
          deps.pushed(channel, id, body)
          return { code: 0 as const, msg: '成功' as const }
        },
      })
    }
  }
}
