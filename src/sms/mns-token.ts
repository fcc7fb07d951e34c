import type * as OpenApi from '@alicloud/openapi-core'
import { dateAt, type Clock } from '../foundation/clock.ts'
import { AppError } from '../foundation/errors.ts'
import type { InboundChannel } from './inbound.ts'
import { parseProviderTime } from './provider-time.ts'

export interface TokenSettings {
  accessKeyId: string
  accessKeySecret: string
  /** Host of the interface that gives out tokens, `dybaseapi.aliyuncs.com`. */
  endpoint: string
  protocol: 'http' | 'https'
  callTimeoutMs: number
}

/** What opens a queue for some minutes. */
export interface QueueToken {
  accessKeyId: string
  accessKeySecret: string
  securityToken: string
  /** From then on a new one is fetched. */
  staleAt: Date
}

export const messageTypes: Record<InboundChannel, string> = {
  sms_up: 'SmsUp',
  sms_report: 'SmsReport',
}

// As the provider's own samples do it. A token whose end cannot be read is taken for half a usual one.
const refreshBeforeMs = 120_000
const shortLifeMs = 300_000

interface TokenBody {
  Code?: string
  MessageTokenDTO?: {
    AccessKeyId?: string
    AccessKeySecret?: string
    SecurityToken?: string
    ExpireTime?: string
  }
}

type ClientClass = typeof OpenApi.default.default
// Its class is in a package of the SDK's own; only the figures are read.
type RuntimeOptions = Parameters<InstanceType<ClientClass>['callApi']>[2]

/**
 * Fetches the key to a queue: QueryTokenForMnsQueue of dybaseapi 2017-05-25, for which there is no package of
 * its own. Throws `sms.pull_failed`, and nothing of what the SDK says.
 */
export async function fetchQueueToken(
  settings: TokenSettings,
  channel: InboundChannel,
  queue: string,
  clock: Clock,
): Promise<QueueToken> {
  const sdk = await import('@alicloud/openapi-core')
  const exported: unknown = sdk.default
  // CommonJS: see the other adapter of the provider.
  const Client = (typeof exported === 'function' ? exported : sdk.default.default) as ClientClass
  const { OpenApiRequest, Params, Config } = sdk.$OpenApiUtil
  const client = new Client(
    new Config({
      accessKeyId: settings.accessKeyId,
      accessKeySecret: settings.accessKeySecret,
      endpoint: settings.endpoint,
      protocol: settings.protocol,
    }),
  )
  const timeouts = { readTimeout: settings.callTimeoutMs, connectTimeout: settings.callTimeoutMs }
  const answer = await client
    .callApi(
      new Params({
        action: 'QueryTokenForMnsQueue',
        version: '2017-05-25',
        protocol: settings.protocol,
        pathname: '/',
        method: 'POST',
        authType: 'AK',
        style: 'RPC',
        reqBodyType: 'formData',
        bodyType: 'json',
      }),
      new OpenApiRequest({ query: { MessageType: messageTypes[channel], QueueName: queue } }),
      timeouts as RuntimeOptions,
    )
    .catch((error: unknown) => {
      throw failure((error as { code?: unknown } | null)?.code)
    })
  return readToken(answer['body'] as TokenBody | undefined, clock)
}

function readToken(body: TokenBody | undefined, clock: Clock): QueueToken {
  const token = body?.MessageTokenDTO
  if (!token?.AccessKeyId || !token.AccessKeySecret || !token.SecurityToken) {
    throw failure(body?.Code)
  }
  const expiresAt = parseProviderTime(token.ExpireTime ?? '')
  return {
    accessKeyId: token.AccessKeyId,
    accessKeySecret: token.AccessKeySecret,
    securityToken: token.SecurityToken,
    staleAt: dateAt(
      expiresAt ? expiresAt.getTime() - refreshBeforeMs : clock.nowMs() + shortLifeMs,
    ),
  }
}

/** Only what looks like a code is told: the provider's sentences carry addresses and keys. */
export function failure(code: unknown): AppError {
  const readable = typeof code === 'string' && /^[\w.-]{1,60}$/.test(code) ? code : 'unreadable'
  return new AppError('sms.pull_failed', { code: readable })
}
