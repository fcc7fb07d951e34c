import type { App } from '../src/app.ts'
import type { DueSource } from '../src/foundation/relay.ts'
import { startCalls, takeRequested } from '../src/telephony/start.ts'

/** Begins calls through the exchange, where there is one. */
export const definition = {
  name: 'calls',
  concurrency: 8,
  attempts: 5,
  backoffMs: 1_000,
} as const

export const handler = (app: App) => async (ids: string[]) => {
  if (app.exchange) await startCalls(app.exchange, ids)
}

export const due = (app: App): DueSource<'calls'> => ({
  queue: 'calls',
  take: async (limit) => (app.exchange ? takeRequested(app.db, limit) : []),
})
