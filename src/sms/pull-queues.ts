import type { Clock } from '../foundation/clock.ts'
import type { Config } from '../foundation/config.ts'
import type { InboundChannel } from './inbound.ts'
import { mnsQueue, type PullQueue } from './mns.ts'

/** The provider's queues that the settings name: none, either, or both. */
export function pullQueues(
  config: Config,
  clock: Clock,
): { channel: InboundChannel; queue: PullQueue }[] {
  const token = {
    accessKeyId: config.ALIBABA_CLOUD_ACCESS_KEY_ID,
    accessKeySecret: config.ALIBABA_CLOUD_ACCESS_KEY_SECRET,
    endpoint: config.HUIFANG_ALIYUN_TOKEN_ENDPOINT,
    protocol: config.ALIYUN_SMS_PROTOCOL,
    callTimeoutMs: config.HUIFANG_SMS_CALL_TIMEOUT_MS,
  }
  const endpoint = config.HUIFANG_ALIYUN_QUEUE_ENDPOINT
  const names = {
    sms_up: config.HUIFANG_ALIYUN_QUEUE_SMS_UP,
    sms_report: config.HUIFANG_ALIYUN_QUEUE_SMS_REPORT,
  }
  return (['sms_up', 'sms_report'] as const).flatMap((channel) => {
    const queue = names[channel]
    if (queue === undefined) return []
    return [{ channel, queue: mnsQueue({ token, channel, queue, endpoint }, clock) }]
  })
}
