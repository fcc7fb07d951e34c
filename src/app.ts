import { queueDefinitions, type QueueName } from '../workers/index.ts'
import { keepTalking } from './callback/lease-store.ts'
import { recordCall } from './callback/telephone.ts'
import type { ViewDeps } from './callback/view.ts'
import { phoneToCall } from './callback/work.ts'
import { lexiconReader } from './evaluation/lexicon/reader.ts'
import { readsOptions } from './evaluation/read-options.ts'
import type { EvaluationDeps } from './evaluation/receive.ts'
import { systemClock } from './foundation/clock.ts'
import type { Config, CoreConfig } from './foundation/config.ts'
import type { Core } from './foundation/core.ts'
import { openDatabase } from './foundation/database.ts'
import { idMaker } from './foundation/ids.ts'
import { openLog, type Log } from './foundation/log.ts'
import { openQueues, type Queues } from './foundation/queue.ts'
import { openVault } from './foundation/vault.ts'
import type { PolicyDeps } from './policy/activate.ts'
import { policyReader } from './policy/reader.ts'
import { aliyunGateway } from './sms/aliyun.ts'
import { aliyunReview } from './sms/aliyun-review.ts'
import { noOwner } from './sms/owner.ts'
import { createPace } from './sms/pace.ts'
import { askOwner } from './survey/ask.ts'
import { sentAsk, textCitizen } from './survey/case-text.ts'
import { reminderOwner } from './survey/remind.ts'
import { releaseTexts, stopTexts } from './survey/stand-in.ts'
import { countVersions } from './survey/version-counts.ts'
import { openAri } from './telephony/ari.ts'
import { asteriskExchange } from './telephony/exchange.ts'
import type { HoldDeps } from './telephony/hold.ts'
import { recordingBucket, recordingFolder } from './telephony/recording-store.ts'
import { exchangeTelephony } from './telephony/request.ts'
import { byHand } from './telephony/telephony.ts'
import type { CompareDeps } from './template/compare.ts'
import type { ReviewDeps } from './template/review.ts'
import { templateReader } from './template/store.ts'
import type { VersionDeps } from './template/versions.ts'
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
  const exchange = exchangeOf(config, { ...core, policy }, (tx, call) => recordCall(app, tx, call))
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
  core: Pick<HoldDeps, keyof Core | 'policy'>,
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
