import type { App } from '../src/app.ts'
import type { Handler, QueueDefinition } from '../src/foundation/queue.ts'
import type { DueSource } from '../src/foundation/relay.ts'
import * as calls from './calls.ts'
import * as conclude from './conclude.ts'
import * as dispatch from './dispatch.ts'
import * as receipts from './receipts.ts'
import * as reconcile from './reconcile.ts'
import * as replies from './replies.ts'

/** One file a queue: its definition, what is due for it, and its handler. */
export interface QueueModule<Name extends string = QueueName> {
  definition: QueueDefinition<Name>
  handler: (app: App) => Handler
  due: (app: App) => DueSource<Name>
}

const modules = [dispatch, receipts, replies, reconcile, conclude, calls] as const
export type QueueName = (typeof modules)[number]['definition']['name']

export const queueDefinitions: readonly QueueDefinition<QueueName>[] = modules.map(
  ({ definition }) => definition,
)

export function queueHandlers(app: App): Record<QueueName, Handler> {
  return Object.fromEntries(
    modules.map(({ definition, handler }) => [definition.name, handler(app)]),
  ) as Record<QueueName, Handler>
}

export function dueSources(app: App): DueSource<QueueName>[] {
  return modules.map(({ due }) => due(app))
}
