import type { App } from '../src/app.ts'
import type { DueSource } from '../src/foundation/relay.ts'
import { conclude } from '../src/survey/conclude.ts'
import { takeEnding } from '../src/survey/store.ts'

/** Ends surveys whose reply window is over. */
export const definition = {
  name: 'conclude',
  concurrency: 1,
  attempts: 5,
  backoffMs: 5_000,
} as const

export const handler = (app: App) => (ids: string[]) => conclude(app, ids)

export const due = (app: App): DueSource<'conclude'> => ({
  queue: 'conclude',
  take: (limit) => takeEnding(app, limit),
})
