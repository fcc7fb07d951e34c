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
  /** The provider has news of templates with these codes. */
  reviewed: (codes: readonly string[]) => Promise<void>
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
  const holdToken = (given: string) => {
    const shown = Buffer.from(given)
    if (shown.length !== token.length || !timingSafeEqual(shown, token)) {
      throw new AppError('request.not_found')
    }
  }
  return async (app) => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser(
      '*',
      { parseAs: 'string', bodyLimit: bodyLimitBytes },
      (_request, body, done) => done(null, body),
    )
    app.post('/hooks/aliyun/:token/template-report', {
      config: { roles: ['public'], scope: 'none' },
      logLevel: 'warn',
      schema: {
        hide: true,
        params: z.object({ token: z.string() }),
        response: { 200: z.object({ code: z.literal(0), msg: z.literal('成功') }) },
      },
      async handler(request) {
        holdToken(request.params.token)
        // Only a hint, for anybody may have sent it: the provider itself is asked how the template stands.
        const codes = codesIn(request.body)
        if (codes.length > 0) await deps.reviewed(codes)
        return { code: 0 as const, msg: '成功' as const }
      },
    })
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
          holdToken(request.params.token)
          const body = typeof request.body === 'string' ? request.body : ''
          const id = await store({ channel, body })
          deps.pushed(channel, id, body)
          return { code: 0 as const, msg: '成功' as const }
        },
      })
    }
  }
}

const report = z.array(z.object({ template_code: z.string().max(50) })).max(100)

function codesIn(body: unknown): string[] {
  try {
    return report.parse(JSON.parse(String(body))).map(({ template_code: code }) => code)
  } catch {
    return []
  }
}
