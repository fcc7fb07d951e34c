import type { FastifyInstance } from 'fastify'
import { alarmRoutes } from './alarm/routes.ts'
import { auditRoutes } from './audit/routes.ts'
import { callbackRoutes } from './callback/routes.ts'
import { superviseRoutes } from './callback/supervise-routes.ts'
import { lexiconRoutes } from './evaluation/lexicon/routes.ts'
import { evaluationRoutes } from './evaluation/routes.ts'
import type { Config } from './foundation/config.ts'
import { consoleFiles, consoleFolder } from './http/console.ts'
import { healthRoutes } from './http/health.ts'
import { buildServer } from './http/server.ts'
import { intakeRoutes } from './intake/routes.ts'
import { openHub } from './live/hub.ts'
import { listenForChanges } from './live/listen.ts'
import { liveRoutes } from './live/routes.ts'
import { policyOf } from './policy/activate.ts'
import { policyRoutes } from './policy/routes.ts'
import { feedRoutes } from './scoring/routes.ts'
import { blockRoutes } from './sms/block-routes.ts'
import { hookRoutes } from './sms/routes.ts'
import { singleSignOn, type Provider } from './staff/single-sign-on.ts'
import { singleSignOnRoutes } from './staff/single-sign-on-routes.ts'
import { staffRoutes } from './staff/routes.ts'
import { sessionRoutes } from './staff/session-routes.ts'
import { previewRoutes } from './survey/preview-routes.ts'
import { dryRunRoutes } from './survey/dry-run/routes.ts'
import { telephonyRoutes } from './telephony/routes.ts'
import { lookSoon } from './template/review-store.ts'
import { templateRoutes } from './template/routes.ts'
import { unitRoutes } from './unit/routes.ts'
import type { App } from './app.ts'
import { pushedTo } from './app-pushes.ts'

/** The HTTP side: intake, the provider's pushes, the work of people, the feed. */
export async function startHttp(app: App): Promise<FastifyInstance> {
  const { config, queues, log } = app
  const hub = openHub(app)
  const provider = providerOf(config)
  const cookies = { publicUrl: config.HUIFANG_PUBLIC_URL }
  const server = await buildServer(app, { trustedProxies: config.HUIFANG_TRUSTED_PROXIES ?? [] }, [
    intakeRoutes(app),
    hookRoutes({
      ...app,
      hookToken: config.HUIFANG_HOOK_TOKEN,
      pushed: pushedTo(app),
      reviewed: (codes) => lookSoon(app.db, codes),
    }),
    callbackRoutes(app),
    superviseRoutes(app),
    evaluationRoutes(app),
    lexiconRoutes(app),
    templateRoutes(app),
    blockRoutes(app),
    policyRoutes(app),
    previewRoutes(app),
    dryRunRoutes({
      ...app,
      databaseUrl: config.DATABASE_URL,
      policyOf: (settings) => policyOf(app, settings),
    }),
    telephonyRoutes(app),
    alarmRoutes(app),
    feedRoutes(app),
    healthRoutes({ ...app, queueDepth: () => queues.depth() }),
    sessionRoutes({
      ...app,
      ...cookies,
      singleSignOn: provider !== null,
      clickToCall: app.telephony.dials,
    }),
    ...(provider
      ? [singleSignOnRoutes({ ...cookies, singleSignOn: singleSignOn(app, provider) })]
      : []),
    staffRoutes(app),
    unitRoutes(app),
    auditRoutes(app),
    liveRoutes({ ...app, hub, listen: () => listenForChanges(config.DATABASE_URL, log, hub) }),
    consoleFiles(consoleFolder),
  ])
  await server.listen({ host: config.HUIFANG_HOST, port: config.HUIFANG_PORT })
  return server
}

/** The provider of single sign-on, when one is set; the settings have been held to be complete. */
function providerOf(config: Config): Provider | null {
  const { HUIFANG_OIDC_ISSUER: issuer } = config
  if (issuer === undefined) return null
  return {
    issuer,
    clientId: config.HUIFANG_OIDC_CLIENT_ID!,
    clientSecret: config.HUIFANG_OIDC_CLIENT_SECRET!,
    nameClaim: config.HUIFANG_OIDC_NAME_CLAIM,
    publicUrl: config.HUIFANG_PUBLIC_URL!,
  }
}
