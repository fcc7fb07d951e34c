import type Mns from '@alicloud/mns'
import type { Clock } from '../foundation/clock.ts'
import type { InboundChannel } from './inbound.ts'
import { failure, fetchQueueToken, type QueueToken, type TokenSettings } from './mns-token.ts'

export interface MnsSettings {
  token: TokenSettings
  channel: InboundChannel
  /** Such as `Alicom-Queue-<account>-SmsUp`, as the console shows it. */
  queue: string
  /** `https://` and the host of the account that owns the queues, which is the provider's own. */
  endpoint: string
}

/** A message of the provider's queue. It comes again after 30 seconds unless it is removed. */
export interface PulledMessage {
  /** One item as JSON. */
  body: string
  handle: string
}

/** A queue from which the provider's reports are pulled. Both throw `sms.pull_failed`. */
export interface PullQueue {
  /** Up to 16 messages; waits so long for the first of them, and gives none if none came. */
  receive(waitSeconds: number): Promise<PulledMessage[]>
  remove(handles: readonly string[]): Promise<void>
}

const mostMessages = 16

/** The provider's queue mode (SMQ, formerly MNS 2015-06-06; help.aliyun.com/document_detail/101646.html). */
export function mnsQueue(settings: MnsSettings, clock: Clock): PullQueue {
  let opened: { token: QueueToken; client: Mns } | null = null

  const client = async (): Promise<Mns> => {
    if (!opened || opened.token.staleAt <= clock.now()) {
      const { token: account, channel, queue } = settings
      const token = await fetchQueueToken(account, channel, queue, clock)
      const { default: Client } = await import('@alicloud/mns')
      // Its "connect" timeout runs while an answer is awaited, so both must outlast a long poll.
      const timeouts = { readTimeout: 40_000, connectTimeout: 40_000 }
      const { accessKeyId, accessKeySecret, securityToken } = token
      const credentials = { accessKeyId, accessKeySecret, securityToken }
      const { endpoint } = settings
      opened = { token, client: new Client('provider', { ...credentials, ...timeouts, endpoint }) }
    }
    return opened.client
  }

  const call = async <T>(act: (mns: Mns) => Promise<T>): Promise<T> => {
    const mns = await client()
    return act(mns).catch((error: unknown) => {
      const code = codeOf(error)
      // Whatever it was, the next call opens the queue anew: a token may end before its time.
      if (code !== 'MessageNotExist') opened = null
      throw failure(code)
    })
  }

  return {
    async receive(waitSeconds) {
      try {
        const { body } = await call((mns) =>
          mns.batchReceiveMessage(settings.queue, mostMessages, waitSeconds),
        )
        return body.map(({ MessageBody, ReceiptHandle }) => ({
          body: decode(MessageBody),
          handle: ReceiptHandle,
        }))
      } catch (error) {
        if ((error as ReturnType<typeof failure>).details['code'] === 'MessageNotExist') return []
        throw error
      }
    },
    async remove(handles) {
      await call((mns) => mns.batchDeleteMessage(settings.queue, handles))
    },
  }
}

// The package names its errors `MNS<code>Error`; a network's have a code of their own.
function codeOf(error: unknown): string | undefined {
  const { name, code } = (error ?? {}) as { name?: string; code?: string }
  return /^MNS(\w+?)(?:Type|Syntax)?Error$/.exec(name ?? '')?.[1] ?? code ?? name
}

/** Bodies are base64 as a rule; a queue that was set up otherwise gives the JSON itself. */
function decode(body: string): string {
  return body.trimStart().startsWith('{') ? body : Buffer.from(body, 'base64').toString('utf8')
}
