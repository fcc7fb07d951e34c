import type { App } from '../src/app.ts'
import { receiveReplies } from '../src/evaluation/receive.ts'
import type { DueSource } from '../src/foundation/relay.ts'
import { takeRaw } from '../src/sms/inbound.ts'

/** Understands citizens' replies. */
export const definition = {
  name: 'replies',
  concurrency: 4,
  attempts: 5,
  backoffMs: 500,
} as const

export const handler = (app: App) => (ids: string[]) => receiveReplies(app, ids)

export const due = (app: App): DueSource<'replies'> => ({
  queue: 'replies',
  take: (limit) => takeRaw(app, 'sms_up', limit),
})
