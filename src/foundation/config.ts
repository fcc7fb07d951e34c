import { z } from 'zod'
import { normalisePhone } from './phone.ts'

const flag = z.enum(['true', 'false']).transform((text) => text === 'true')
const wholeNumber = (min: number, max: number) => z.coerce.number().int().min(min).max(max)
const key32 = (text: string) => Buffer.from(text, 'base64').length === 32

const host = z.string().regex(/^[\w.-]+(:\d+)?$/, 'must be host or host:port, without a scheme')
const queueName = z.string().regex(/^[\w-]{1,120}$/, 'must be the name that the console shows')

const dataKeys = z.string().transform((text, context) => {
  const keys = text.split(',').map((part) => {
    const [id, key = ''] = part.trim().split(':')
    return { id: id ?? '', key: Buffer.from(key, 'base64') }
  })
  const bad = keys.find(({ id, key }) => !/^[a-z0-9]{1,16}$/.test(id) || key.length !== 32)
  if (bad || new Set(keys.map(({ id }) => id)).size !== keys.length) {
    context.addIssue('must be id:base64 pairs divided by commas; ids differ, each key is 32 bytes')
    return z.NEVER
  }
  return keys
})

// What is wrong is said without the numbers: faults are printed.
const dutyPhones = z.string().transform((text, context) => {
  const read = text.split(',').map(normalisePhone)
  const phones = new Set(
    read.flatMap((each) => (each.ok && each.kind === 'mobile' ? [each.phone] : [])),
  )
  if (phones.size !== read.length || read.length > 5) {
    context.addIssue('must be up to 5 different mobile numbers divided by commas')
    return z.NEVER
  }
  return [...phones]
})

/** Every setting, with its meaning: the README's table is generated from here and a test compares the two. */
export const settingsSchema = z.object({
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .describe(
      'PostgreSQL 15 or newer. Without it an embedded server is started under the data folder',
    ),
  HUIFANG_OWNER_DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .describe('The login that owns the tables, for `migrate`; `DATABASE_URL` when not set'),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/ })
    .optional()
    .describe(
      'Redis 6.2 or newer with `maxmemory-policy noeviction`. Without it the queue lives in PostgreSQL',
    ),
  ALIBABA_CLOUD_ACCESS_KEY_ID: z.string().min(1).optional().describe('Key of the SMS account'),
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: z
    .string()
    .min(1)
    .optional()
    .describe('Secret of the SMS account'),
  ALIYUN_SMS_ENDPOINT: host
    .default('dysmsapi.aliyuncs.com')
    .describe('Where the SMS provider listens'),
  ALIYUN_SMS_PROTOCOL: z
    .enum(['https', 'http'])
    .default('https')
    .describe('`http` is for the sandbox'),
  HUIFANG_ALIYUN_QUEUE_SMS_UP: queueName
    .optional()
    .describe(
      'Queue from which replies are pulled, as the console shows it, `Alicom-Queue-…-SmsUp`',
    ),
  HUIFANG_ALIYUN_QUEUE_SMS_REPORT: queueName
    .optional()
    .describe('Queue from which receipts are pulled, `Alicom-Queue-…-SmsReport`'),
  HUIFANG_ALIYUN_QUEUE_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .default('https://1943695596114318.mns.cn-hangzhou.aliyuncs.com')
    .describe('Where the queues are: the account is the provider’s own'),
  HUIFANG_ALIYUN_TOKEN_ENDPOINT: host
    .default('dybaseapi.aliyuncs.com')
    .describe('Where the keys to the queues are given out'),
  HUIFANG_SANDBOX: flag
    .default(false)
    .describe(
      '`true` says that the provider is the sandbox gateway: shown as a red banner, and short settings are allowed',
    ),
  HUIFANG_DATA_KEYS: dataKeys
    .optional()
    .describe(
      'Keys that encrypt what names a citizen: `id:base64` of 32 bytes, the current one first, old ones after commas',
    ),
  HUIFANG_PHONE_HASH_KEY: z
    .string()
    .refine(key32, 'must be 32 bytes in base64')
    .transform((text) => Buffer.from(text, 'base64'))
    .optional()
    .describe('Key by which numbers are found again: 32 bytes in base64. Never change it'),
  HUIFANG_HOOK_TOKEN: z
    .string()
    .regex(/^[\w-]{24,}$/, 'must be at least 24 letters, digits, - or _')
    .optional()
    .describe('The unguessable part of the address to which the provider pushes'),
  HUIFANG_HOST: z.string().default('127.0.0.1').describe('Address on which `serve` listens'),
  HUIFANG_PORT: wholeNumber(0, 65_535).default(8080).describe('Port on which `serve` listens'),
  HUIFANG_PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      'Address by which people reach the console; with `https` the session cookie is sent over TLS alone',
    ),
  HUIFANG_TRUSTED_PROXIES: z
    .string()
    .regex(
      /^[\da-f.:/]+(,[\da-f.:/]+)*$/i,
      'must be addresses or networks (10.0.0.0/8) divided by commas',
    )
    .transform((text) => text.split(','))
    .optional()
    .describe(
      'Proxies whose `X-Forwarded-*` are believed: addresses or networks divided by commas',
    ),
  HUIFANG_OIDC_ISSUER: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      'Issuer of OpenID Connect for single sign-on; needs the two below and `HUIFANG_PUBLIC_URL`',
    ),
  HUIFANG_OIDC_CLIENT_ID: z.string().min(1).optional().describe('How the provider knows us'),
  HUIFANG_OIDC_CLIENT_SECRET: z.string().min(1).optional().describe('What proves that it is us'),
  HUIFANG_OIDC_NAME_CLAIM: z
    .string()
    .min(1)
    .default('preferred_username')
    .describe('The claim that carries the name of a registered person'),
  HUIFANG_DATA_DIR: z.string().min(1).default('.data').describe('Folder of the embedded services'),
  HUIFANG_SMS_CALL_TIMEOUT_MS: wholeNumber(500, 60_000)
    .default(5_000)
    .describe(
      'How long one call to the provider may take, in milliseconds; after that its outcome is unknown',
    ),
  HUIFANG_DISPATCH_CONCURRENCY: wholeNumber(1, 64)
    .default(4)
    .describe('Batches under way at once per `work` process'),
  // Sessions that all want the processor wait for each other: with four, two cores serve people sooner than with ten.
  HUIFANG_DATABASE_POOL: wholeNumber(1, 100)
    .default(4)
    .describe('Database connections per process'),
  HUIFANG_ALARM_WEBHOOK_URL: z.url().optional().describe('Where alarms are posted as JSON'),
  HUIFANG_DUTY_PHONES: dutyPhones
    .optional()
    .describe(
      'Up to 5 mobile numbers of people on duty, divided by commas: they are texted when nobody takes an urgent reply',
    ),
  HUIFANG_ASTERISK_URL: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/$/, ''))
    .optional()
    .describe(
      'Where Asterisk’s REST interface listens, `http://host:8088`; without it people dial by hand. Needs the two below',
    ),
  HUIFANG_ASTERISK_USER: z.string().min(1).optional().describe('Its user in `ari.conf`'),
  HUIFANG_ASTERISK_PASSWORD: z.string().min(1).optional().describe('The password of that user'),
  HUIFANG_ASTERISK_APPLICATION: z
    .string()
    .regex(/^[\w-]{1,40}$/)
    .default('huifang')
    .describe('The name by which Asterisk knows this installation; each needs one of its own'),
  HUIFANG_ASTERISK_TRUNK: z
    .string()
    .regex(/^[\w-]{1,40}$/)
    .default('trunk')
    .describe('The PJSIP endpoint through which citizens are called'),
  HUIFANG_ASTERISK_CEL_FILE: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Asterisk’s log of channel events, where `work` can read it: settles calls whose end was missed',
    ),
  HUIFANG_RECORDINGS_DIR: z
    .string()
    .min(1)
    .default('.data/recordings')
    .describe('Folder of recorded calls, encrypted; `serve` and `work` must both reach it'),
  HUIFANG_RECORDINGS_S3_URL: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/$/, ''))
    .optional()
    .describe(
      'Recorded calls in a bucket instead, `https://host/bucket` of any S3-compatible store. Needs the two below',
    ),
  HUIFANG_RECORDINGS_S3_KEY_ID: z.string().min(1).optional().describe('Key of the bucket'),
  HUIFANG_RECORDINGS_S3_SECRET: z.string().min(1).optional().describe('Secret of the bucket'),
  HUIFANG_RECORDINGS_S3_REGION: z
    .string()
    .min(1)
    .default('us-east-1')
    .describe('Region of the bucket, where the store has any'),
  HUIFANG_SHUTDOWN_SECONDS: wholeNumber(1, 300)
    .default(20)
    .describe('How long a stop waits for work under way'),
  HUIFANG_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'])
    .default('info')
    .describe('What is logged'),
})

export type Settings = z.output<typeof settingsSchema>
export type SettingName = keyof Settings

const neededAlways = ['DATABASE_URL', 'HUIFANG_DATA_KEYS', 'HUIFANG_PHONE_HASH_KEY'] as const
const neededForTexts = [
  'ALIBABA_CLOUD_ACCESS_KEY_ID',
  'ALIBABA_CLOUD_ACCESS_KEY_SECRET',
  'HUIFANG_HOOK_TOKEN',
] as const

const neededForAsterisk = ['HUIFANG_ASTERISK_USER', 'HUIFANG_ASTERISK_PASSWORD'] as const
const neededForBucket = ['HUIFANG_RECORDINGS_S3_KEY_ID', 'HUIFANG_RECORDINGS_S3_SECRET'] as const
const neededForSingleSignOn = [
  'HUIFANG_OIDC_CLIENT_ID',
  'HUIFANG_OIDC_CLIENT_SECRET',
  'HUIFANG_PUBLIC_URL',
] as const

type With<Needed extends SettingName> = Omit<Settings, Needed> & {
  [Name in Needed]: NonNullable<Settings[Name]>
}
/** The settings of a command that works on the database alone. */
export type CoreConfig = With<(typeof neededAlways)[number]>
/** The settings of `serve` and `work`. */
export type Config = With<(typeof neededAlways)[number] | (typeof neededForTexts)[number]>

/** Thrown at the start: one readable list of everything that is wrong with the environment. */
export class ConfigError extends Error {
  readonly faults: string[]
  constructor(faults: string[]) {
    super(`the settings are not usable:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`)
    this.name = 'ConfigError'
    this.faults = faults
  }
}

const hints: Partial<Record<SettingName, string>> = {
  HUIFANG_DATA_KEYS: 'make one with: echo "k1:$(openssl rand -base64 32)"',
  HUIFANG_PHONE_HASH_KEY: 'make one with: openssl rand -base64 32',
  HUIFANG_HOOK_TOKEN: 'make one with: openssl rand -hex 24',
}

/**
 * Reads settings from an environment; all faults are told at once. An empty value counts as not set,
 * as docker-compose writes it. `required` names what the command cannot do without.
 */
export function readSettings(
  environment: Readonly<Record<string, string | undefined>>,
  required: readonly SettingName[],
): Settings {
  const present = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  )
  const parsed = settingsSchema.safeParse(present)
  const faults = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`)
  for (const name of required) {
    if (present[name] === undefined) {
      faults.push(`${name} is missing${hints[name] ? ` (${hints[name]})` : ''}`)
    }
  }
  for (const name of Object.keys(present)) {
    if (name.startsWith('HUIFANG_') && !(name in settingsSchema.shape)) {
      faults.push(`${name} is not a setting of this version`)
    }
  }
  for (const [setting, needed] of [
    ['HUIFANG_ASTERISK_URL', neededForAsterisk],
    ['HUIFANG_RECORDINGS_S3_URL', neededForBucket],
    ['HUIFANG_OIDC_ISSUER', neededForSingleSignOn],
  ] as const) {
    if (present[setting] === undefined) continue
    for (const name of needed) {
      if (present[name] === undefined) faults.push(`${name} is missing (${setting} needs it)`)
    }
  }
  if (present['HUIFANG_OIDC_ISSUER'] !== undefined) {
    const sandbox = parsed.data?.HUIFANG_SANDBOX === true
    if (!sandbox && present['HUIFANG_OIDC_ISSUER'].startsWith('http:')) {
      faults.push('HUIFANG_OIDC_ISSUER must begin with https')
    }
  }
  if (faults.length > 0 || !parsed.success) throw new ConfigError(faults)
  return parsed.data
}

/** The whole configuration of `serve` and `work`. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  return readSettings(environment, [...neededAlways, ...neededForTexts]) as Config
}

/** The configuration of a command that works on the database alone. */
export function readCoreConfig(
  environment: Readonly<Record<string, string | undefined>>,
): CoreConfig {
  return readSettings(environment, neededAlways) as CoreConfig
}

/** The environment of this process: read here and nowhere else (a test looks for others). */
export function processEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env
}
