import type { FastifyInstance } from 'fastify'
import { dueSources, queueDefinitions, queueHandlers, type QueueName } from '../workers/index.ts'
import { climbLadder, type DutyText } from './alarm/ladder.ts'
import { tellAlarms } from './alarm/tell.ts'
import { alarmRoutes } from './alarm/routes.ts'
import { settleAttempts } from './callback/attempt.ts'
import { auditRoutes } from './audit/routes.ts'
import { sealAudit } from './audit/seal.ts'
import { drawCallbacks } from './callback/draw.ts'
import { watchDueDates } from './callback/due.ts'
import { callbackRoutes } from './callback/routes.ts'
import { superviseRoutes } from './callback/supervise-routes.ts'
import { keepTalking, returnExpiredLeases } from './callback/lease-store.ts'
import { recordCall } from './callback/telephone.ts'
import type { ViewDeps } from './callback/view.ts'
import { phoneToCall } from './callback/work.ts'
import { lexiconReader } from './evaluation/lexicon/reader.ts'
import { lexiconRoutes } from './evaluation/lexicon/routes.ts'
import { readsOptions } from './evaluation/read-options.ts'
import { receiveReplies, type EvaluationDeps } from './evaluation/receive.ts'
import { evaluationRoutes } from './evaluation/routes.ts'
import { watchTriage } from './evaluation/triage.ts'
import { holdsUrgent } from './evaluation/urgent-push.ts'
import { recordErasure } from './citizen/erase.ts'
import { dateAt, systemClock } from './foundation/clock.ts'
import { gather } from './foundation/gather.ts'
import type { Config, CoreConfig } from './foundation/config.ts'
import type { Core } from './foundation/core.ts'
import { openDatabase } from './foundation/database.ts'
import { idMaker, type Id } from './foundation/ids.ts'
import { openLog, type Log } from './foundation/log.ts'
import { openQueues, type Queues } from './foundation/queue.ts'
import { startRelay } from './foundation/relay.ts'
import { startTimer, type Timer } from './foundation/timer.ts'
import { openVault } from './foundation/vault.ts'
import { consoleFiles, consoleFolder } from './http/console.ts'
import { healthRoutes } from './http/health.ts'
import { buildServer } from './http/server.ts'
import { intakeRoutes } from './intake/routes.ts'
import { watchSources } from './intake/silence.ts'
import { tendGrowth } from './growth/tend.ts'
import { openHub } from './live/hub.ts'
import { listenForChanges } from './live/listen.ts'
import { liveRoutes } from './live/routes.ts'
import { policyOf, type PolicyDeps } from './policy/activate.ts'
import { policyReader } from './policy/reader.ts'
import { policyRoutes } from './policy/routes.ts'
import { numberFeed } from './scoring/feed.ts'
import { feedRoutes } from './scoring/routes.ts'
import { aliyunGateway } from './sms/aliyun.ts'
import { aliyunReview } from './sms/aliyun-review.ts'
import { blockRoutes } from './sms/block-routes.ts'
import type { InboundChannel } from './sms/inbound.ts'
import { sendDutyText } from './sms/duty-text.ts'
import { noOwner } from './sms/owner.ts'
import { startPulling, type PullDeps } from './sms/pull.ts'
import { pullQueues } from './sms/pull-queues.ts'
import { createPace } from './sms/pace.ts'
import { forgetEndedPauses } from './sms/pause.ts'
import { hookRoutes } from './sms/routes.ts'
import { dropOldSessions } from './staff/session-store.ts'
import { singleSignOn, type Provider } from './staff/single-sign-on.ts'
import { singleSignOnRoutes } from './staff/single-sign-on-routes.ts'
import { staffRoutes } from './staff/routes.ts'
import { sessionRoutes } from './staff/session-routes.ts'
import { watchSpending } from './sms/spending.ts'
import { dropStale } from './sms/stale.ts'
import { askOwner } from './survey/ask.ts'
import { sentAsk, textCitizen } from './survey/case-text.ts'
import { previewRoutes } from './survey/preview-routes.ts'
import { dryRunRoutes } from './survey/dry-run/routes.ts'
import { reminderOwner } from './survey/remind.ts'
import { releaseTexts, stopTexts } from './survey/stand-in.ts'
import { countVersions } from './survey/version-counts.ts'
import { openAri } from './telephony/ari.ts'
import { asteriskExchange } from './telephony/exchange.ts'
import { startHolding, type HoldDeps } from './telephony/hold.ts'
import { recordingBucket, recordingFolder } from './telephony/recording-store.ts'
import { eraseRecordings } from './telephony/recordings.ts'
import { exchangeTelephony } from './telephony/request.ts'
import { telephonyRoutes } from './telephony/routes.ts'
import { byHand } from './telephony/telephony.ts'
import type { CompareDeps } from './template/compare.ts'
import { reviewRound, type ReviewDeps } from './template/review.ts'
import { lookSoon } from './template/review-store.ts'
import { templateRoutes } from './template/routes.ts'
import { templateReader } from './template/store.ts'
import type { VersionDeps } from './template/versions.ts'
import { unitRoutes } from './unit/routes.ts'
import { unitReader } from './unit/store.ts'

/** Everything wired together: the only place that knows which part stands behind which port. */
export type App = EvaluationDeps &
  ViewDeps &
  ReviewDeps &
  VersionDeps &
  CompareDeps &
  PolicyDeps & {
    config: Config
    queues: Queues<QueueName>
    /** Null: people dial by hand. */
    exchange: HoldDeps | null
    close: () => Promise<void>
  }

/** What needs keys and a database, but neither queue nor provider: the commands of operators. */
export function buildCore(config: CoreConfig, log: Log): Core {
  return {
    db: openDatabase(config.DATABASE_URL, { max: config.HUIFANG_DATABASE_POOL }),
    log,
    clock: systemClock,
    newId: idMaker(systemClock),
    vault: openVault(config.HUIFANG_DATA_KEYS, config.HUIFANG_PHONE_HASH_KEY),
  }
}

/**
 * What every batch asks for, most often inside a transaction. On connections of its own: transactions that
 * all hold one connection and wait for a second of the same pool would wait for each other.
 */
export function openReaders(config: CoreConfig, log: Log) {
  const db = openDatabase(config.DATABASE_URL, { max: 1 })
  return {
    policy: policyReader({ db }),
    units: unitReader({ db }),
    templates: templateReader({ db }),
    reader: lexiconReader({ db, log }),
    closeReaders: () => db.destroy(),
  }
}

export async function buildApp(
  config: Config,
  log: Log = openLog(config.HUIFANG_LOG_LEVEL),
): Promise<App> {
  const core = buildCore(config, log)
  const { policy, units, templates, reader, closeReaders } = openReaders(config, log)
  const queues = await openQueues(
    queueDefinitions.map((queue) =>
      queue.name === 'dispatch'
        ? { ...queue, concurrency: config.HUIFANG_DISPATCH_CONCURRENCY }
        : queue,
    ),
    { databaseUrl: config.DATABASE_URL, redisUrl: config.REDIS_URL, prefix: 'huifang' },
    log,
  )
  const provider = {
    accessKeyId: config.ALIBABA_CLOUD_ACCESS_KEY_ID,
    accessKeySecret: config.ALIBABA_CLOUD_ACCESS_KEY_SECRET,
    endpoint: config.ALIYUN_SMS_ENDPOINT,
    protocol: config.ALIYUN_SMS_PROTOCOL,
    callTimeoutMs: config.HUIFANG_SMS_CALL_TIMEOUT_MS,
  }
  const surveyOwner = askOwner({ ...core, policy })
  const texting = { ...core, policy, units, templates }
  const recordings = recordingStore(core, config)
  const exchange = exchangeOf(config, { ...core, recordings, policy }, (tx, call) =>
    recordCall(app, tx, call),
  )
  const app: App = {
    ...texting,
    config,
    sandbox: config.HUIFANG_SANDBOX,
    queues,
    gateway: aliyunGateway(provider),
    review: aliyunReview(provider),
    reviewSettings: async () => {
      const { template } = await policy()
      return {
        lookSeconds: template.reviewLookSeconds,
        lookInUseSeconds: template.inUseLookSeconds,
        apartSeconds: template.applyApartSeconds,
        perDay: template.appliesPerDay,
      }
    },
    stopTexts: (tx, version, standIn) => stopTexts(core, tx, version, standIn),
    releaseTexts,
    countVersions: (ids, days) => countVersions(core, ids, days),
    readAs: async () => readsOptions(await reader(), (await policy()).reply.confidenceFloor),
    reader,
    pace: createPace({
      most: config.HUIFANG_DISPATCH_CONCURRENCY,
      slowMs: config.HUIFANG_SMS_CALL_TIMEOUT_MS / 4,
    }),
    ownerOf: (purpose) =>
      purpose === 'ask' ? surveyOwner : purpose === 'reminder' ? reminderOwner : noOwner,
    exchange,
    recordings,
    telephony: exchange
      ? exchangeTelephony({ ...exchange, units, wake: (ids) => queues.wake('calls', ids) })
      : byHand,
    textCitizen: (tx, caseId, purpose) => textCitizen(texting, tx, caseId, purpose),
    sentAsk: (caseId) => sentAsk(texting, core.db, caseId),
    close: async () => {
      await queues.close(config.HUIFANG_SHUTDOWN_SECONDS * 1000)
      await core.db.destroy()
      await closeReaders()
    },
  }
  return app
}

function recordingStore({ vault }: Core, config: Config) {
  const url = config.HUIFANG_RECORDINGS_S3_URL
  if (url === undefined) return recordingFolder(vault, config.HUIFANG_RECORDINGS_DIR)
  return recordingBucket(vault, {
    url,
    keyId: config.HUIFANG_RECORDINGS_S3_KEY_ID!,
    secret: config.HUIFANG_RECORDINGS_S3_SECRET!,
    region: config.HUIFANG_RECORDINGS_S3_REGION,
  })
}

/** The exchange that calls citizens, when one is set; the settings have been held to be complete. */
function exchangeOf(
  config: Config,
  core: Pick<HoldDeps, keyof Core | 'recordings' | 'policy'>,
  callEnded: HoldDeps['callEnded'],
): HoldDeps | null {
  const { HUIFANG_ASTERISK_URL: url, HUIFANG_ASTERISK_APPLICATION: application } = config
  if (url === undefined) return null
  const settings = {
    url,
    user: config.HUIFANG_ASTERISK_USER!,
    password: config.HUIFANG_ASTERISK_PASSWORD!,
    application,
  }
  const ari = openAri(settings)
  return {
    ...core,
    ari,
    settings,
    application,
    exchange: asteriskExchange(ari, { application, trunk: config.HUIFANG_ASTERISK_TRUNK }),
    celFile: config.HUIFANG_ASTERISK_CEL_FILE,
    phoneOf: (db, callback) => phoneToCall(core, db, callback),
    callEnded,
    keepCallback: async ({ callbackId, staffId }) => {
      const { leaseSeconds } = (await core.policy()).callback
      await keepTalking(core.db, { callbackId, staffId, leaseSeconds })
    },
  }
}

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

/**
 * Has a raw push looked at once it is committed, however it came: by waking workers, for several at once
 * where many come. Somebody may be in danger: then not even the queue's few milliseconds are waited for.
 */
function pushedTo(app: App): PullDeps['pushed'] {
  const wakeFor = (queue: 'replies' | 'receipts') =>
    gather(
      async (ids: Id[]) => {
        await app.queues.wake(queue, ids)
        return ids
      },
      { itemsAtMost: 10, roundsAtOnce: 2 },
    )
  const wake = { sms_up: wakeFor('replies'), sms_report: wakeFor('receipts') }
  const look = async (channel: InboundChannel, id: Id, body: string): Promise<void> => {
    if (channel === 'sms_up' && holdsUrgent(await app.reader(), body)) {
      await receiveReplies(app, [id])
    } else await wake[channel](id)
  }
  return (channel, id, body) => {
    look(channel, id, body).catch((error: unknown) =>
      app.log.error({ err: error }, 'a push waits for the sweep'),
    )
  }
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

/** Recordings whose time is over; also where no exchange is set any more. */
async function forgetRecordings(app: App): Promise<boolean> {
  const days = (await app.policy()).telephony.recordingDays
  const olderThan = dateAt(app.clock.nowMs() - days * 24 * 3_600_000)
  return eraseRecordings(app, olderThan, (tx, rows) =>
    recordErasure(app, tx, {
      rule: 'retention_ended',
      what: 'recordings',
      rows,
      olderThan,
      why: '录音保存期满，或群众信息已抹去',
    }),
  )
}

export interface Work {
  /** Stops timers first, so that nothing new is begun, and waits for the rounds under way. */
  stop(): Promise<void>
}

/** The working side: handlers of the queues, relay, sweep and the numbering of the feed. */
export async function startWork(app: App, only?: readonly QueueName[]): Promise<Work> {
  const { queues, log, config } = app
  await queues.work(queueHandlers(app), only)
  const sources = dueSources(app).filter(({ queue }) => !only || only.includes(queue))
  const every = (name: string, seconds: number, round: () => Promise<unknown>): Timer =>
    startTimer(name, seconds * 1000, log, async () => {
      await round()
    })
  const timers = [
    startRelay(sources, queues, 250, log),
    startTimer('feed', 200, log, () => numberFeed(app)),
    every('leases', 5, () => returnExpiredLeases(app)),
    startTimer('attempts', 1_000, log, () => settleAttempts(app)),
    every('draw', 60, () => drawCallbacks(app)),
    every('triage', 30, () => watchTriage(app)),
    every('sources', 30, () => watchSources(app)),
    every('due dates', 60, () => watchDueDates(app)),
    every('spending', 5, () => watchSpending(app)),
    every('pauses', 10, () => forgetEndedPauses(app)),
    startTimer('stale', 3_600_000, log, () => dropStale(app)),
    startTimer('template reviews', 500, log, () => reviewRound(app)),
    every('audit seal', 60, () => sealAudit(app)),
    every('sessions', 3600, () => dropOldSessions(app.db)),
    startTimer('growth', 600_000, log, () => tendGrowth(app)),
    startTimer('recordings', 600_000, log, () => forgetRecordings(app)),
  ]
  for (const { channel, queue } of pullQueues(config, app.clock)) {
    if (!only || only.includes(channel === 'sms_up' ? 'replies' : 'receipts')) {
      timers.push(startPulling({ ...app, pushed: pushedTo(app) }, channel, queue))
    }
  }
  if (app.exchange && (!only || only.includes('calls'))) timers.push(startHolding(app.exchange))
  const webhook = config.HUIFANG_ALARM_WEBHOOK_URL
  if (webhook) {
    const tell = async () =>
      tellAlarms(app, webhook, (await app.policy()).alarm.webhookAfterSeconds)
    timers.push(every('alarms', 1, tell))
  }
  const phones = config.HUIFANG_DUTY_PHONES ?? []
  if (phones.length > 0) {
    const ladder = {
      ...app,
      recipients: phones.length,
      textDuty: (text: DutyText) => sendDutyText(app, phones, text),
    }
    timers.push(every('ladder', 1, async () => climbLadder(ladder, (await app.policy()).alarm)))
  }
  return {
    async stop() {
      await Promise.all(timers.map((timer) => timer.stop()))
    },
  }
}
