import type { App } from '../src/app.ts'
import { receiveReplies } from '../src/evaluation/receive.ts'
import { gather } from '../src/foundation/gather.ts'
import type { DueSource } from '../src/foundation/relay.ts'
import { takeRaw } from '../src/sms/inbound.ts'

/** Understands citizens' replies. */
export const definition = {
  name: 'replies',
  concurrency: 40,
  attempts: 5,
  backoffMs: 500,
} as const

/** Jobs that come while others are worked at are taken in together. */
export const handler = (app: App) =>
  gather(
    async (jobs: string[][]) => {
      await receiveReplies(app, [...new Set(jobs.flat())])
      return jobs.map(() => undefined)
    },
    { itemsAtMost: 20, roundsAtOnce: 3 },
  )

export const due = (app: App): DueSource<'replies'> => ({
  queue: 'replies',
  take: (limit) => takeRaw(app, 'sms_up', limit),
})
