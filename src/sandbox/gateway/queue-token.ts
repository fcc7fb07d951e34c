import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { dateAt, type Clock } from '../../foundation/clock.ts'
import { formatProviderTime } from '../../sms/provider-time.ts'
import { refuse, requestId, type Answer } from './answer.ts'

interface Token {
  accessKeyId: string
  accessKeySecret: string
  securityToken: string
  queue: string
  expiresAtMs: number
}

export interface QueueTokens {
  /** QueryTokenForMnsQueue. */
  give(parameters: URLSearchParams): Answer
  /** Null when the request is genuine, else the code of the refusal. */
  verify(request: {
    method: string
    resource: string
    queue: string
    headers: IncomingHttpHeaders
  }): string | null
}

const clockSkewMs = 15 * 60_000

/** Gives out the keys to the queues, and checks them as the message service does. */
export function createQueueTokens(
  clock: Clock,
  lifeMs: number,
  hasQueue: (type: string, queue: string) => boolean,
): QueueTokens {
  const tokens = new Map<string, Token>()
  return {
    give(parameters) {
      const queue = parameters.get('QueueName') ?? ''
      if (!hasQueue(parameters.get('MessageType') ?? '', queue)) {
        return refuse('isv.QUEUE_NAME_ILLEGAL', '队列名称错误')
      }
      const token: Token = {
        accessKeyId: `STS.${randomBytes(12).toString('hex')}`,
        accessKeySecret: randomBytes(20).toString('hex'),
        securityToken: randomBytes(60).toString('base64'),
        queue,
        expiresAtMs: clock.nowMs() + lifeMs,
      }
      tokens.set(token.accessKeyId, token)
      return {
        status: 200,
        body: {
          Code: 'OK',
          Message: 'OK',
          RequestId: requestId(),
          MessageTokenDTO: {
            AccessKeyId: token.accessKeyId,
            AccessKeySecret: token.accessKeySecret,
            SecurityToken: token.securityToken,
            CreateTime: formatProviderTime(clock.now()),
            ExpireTime: formatProviderTime(dateAt(token.expiresAtMs)),
          },
        },
      }
    },
    verify({ method, resource, queue, headers }) {
      const [, accessKeyId = '', signature = ''] =
        /^MNS ([^:]+):(\S+)$/.exec(headers.authorization ?? '') ?? []
      const token = tokens.get(accessKeyId)
      if (!token) return 'InvalidAccessKeyId'
      if (Math.abs(clock.nowMs() - Date.parse(String(headers.date))) > clockSkewMs) {
        return 'TimeExpired'
      }
      if (headers['security-token'] !== token.securityToken) return 'InvalidSecurityToken'
      if (clock.nowMs() >= token.expiresAtMs) return 'SecurityTokenExpired'
      const expected = createHmac('sha1', token.accessKeySecret)
        .update(signedText(method, resource, headers))
        .digest()
      const given = Buffer.from(signature, 'base64')
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
        return 'SignatureDoesNotMatch'
      }
      return token.queue === queue ? null : 'AccessDenied'
    },
  }
}

function signedText(method: string, resource: string, headers: IncomingHttpHeaders): string {
  const own = Object.keys(headers)
    .filter((name) => name.startsWith('x-mns-'))
    .sort()
    .map((name) => `${name}:${String(headers[name])}\n`)
  return [
    method,
    headers['content-md5'] ?? '',
    headers['content-type'] ?? '',
    headers.date ?? '',
    own.join('') + resource,
  ].join('\n')
}
