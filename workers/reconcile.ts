import type { App } from '../src/app.ts'
import type { DueSource } from '../src/foundation/relay.ts'
import { reconcile } from '../src/sms/reconcile.ts'
import { takeUnsettled } from '../src/sms/take.ts'

/** Finds out what became of texts whose outcome is unknown, and of receipts that never came. */
export const definition = {
  name: 'reconcile',
  concurrency: 2,
  attempts: 5,
  backoffMs: 5_000,
} as const

export const handler = (app: App) => (ids: string[]) => reconcile(app, ids)

export const due = (app: App): DueSource<'reconcile'> => ({
  queue: 'reconcile',
  take: (limit) => takeUnsettled(app, limit),
})
