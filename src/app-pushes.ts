import { receiveReplies } from './evaluation/receive.ts'
import { holdsUrgent } from './evaluation/urgent-push.ts'
import { gather } from './foundation/gather.ts'
import type { Id } from './foundation/ids.ts'
import type { InboundChannel } from './sms/inbound.ts'
import type { PullDeps } from './sms/pull.ts'
import type { App } from './app.ts'

/**
 * Has a raw push looked at once it is committed, however it came: by waking workers, for several at once
 * where many come. Somebody may be in danger: then not even the queue's few milliseconds are waited for.
 */
export function pushedTo(app: App): PullDeps['pushed'] {
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
