import type { App } from '../src/app.ts'
import type { DueSource } from '../src/foundation/relay.ts'
import { takeRaw } from '../src/sms/inbound.ts'
import { receiveReceipts } from '../src/sms/receive.ts'

/** Takes delivery receipts in. */
export const definition = {
  name: 'receipts',
  concurrency: 2,
  attempts: 5,
  backoffMs: 500,
} as const

export const handler = (app: App) => (ids: string[]) => receiveReceipts(app, ids)

export const due = (app: App): DueSource<'receipts'> => ({
  queue: 'receipts',
  take: (limit) => takeRaw(app, 'sms_report', limit),
})
