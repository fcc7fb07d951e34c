import type { App } from '../src/app.ts'
import type { DueSource } from '../src/foundation/relay.ts'
import { dispatch } from '../src/sms/dispatch.ts'
import { takeDueMessages } from '../src/sms/take.ts'

/** Hands due texts to the provider. */
export const definition = {
  name: 'dispatch',
  concurrency: 4,
  attempts: 5,
  backoffMs: 1_000,
} as const

export const handler = (app: App) => (ids: string[]) => dispatch(app, ids)

export const due = (app: App): DueSource<'dispatch'> => ({
  queue: 'dispatch',
  take: (limit) => takeDueMessages(app, limit),
})
