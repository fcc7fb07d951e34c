import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { AppError } from '../foundation/errors.ts'
import { anyStaff, staffOf, stillAllowed } from '../http/auth.ts'
import type { SignInDeps } from '../staff/sign-in.ts'
import type { Hub } from './hub.ts'
import type { Ear } from './listen.ts'

// A browser needs one for all its tabs; somebody may have a few browsers.
const pagesPerPerson = 20

/** What changes, as it changes. */
export function liveRoutes(
  deps: SignInDeps & { hub: Hub; listen: () => Ear },
): FastifyPluginAsyncZod {
  const open = new Map<string, number>()
  return async (app) => {
    let ear: Ear | undefined
    app.addHook('onListen', async () => {
      ear = deps.listen()
    })
    app.addHook('preClose', async () => {
      // Streams never end by themselves, and a server that stops must not wait for them.
      deps.hub.close()
      await ear?.stop()
    })
    app.get('/api/v1/events', {
      config: { roles: anyStaff, scope: 'cases', unattended: true },
      schema: {
        summary:
          'Server-sent events: `change` {topic, id?} for what the caller may see, `resync` when something may have been missed',
      },
      async handler(request, reply) {
        const staff = staffOf(request)
        const count = open.get(staff.id) ?? 0
        if (count >= pagesPerPerson) throw new AppError('request.too_fast')
        const stream = await deps.hub.open(staff, () => stillAllowed(deps, request))
        open.set(staff.id, (open.get(staff.id) ?? 0) + 1)
        stream.once('close', () => {
          const left = (open.get(staff.id) ?? 1) - 1
          if (left > 0) open.set(staff.id, left)
          else open.delete(staff.id)
        })
        return (
          reply
            .type('text/event-stream; charset=utf-8')
            .header('cache-control', 'no-store, no-transform')
            .header('x-accel-buffering', 'no')
            // Ended streams leave no idle connection behind, for which a server that stops would wait.
            .header('connection', 'close')
            .send(stream)
        )
      },
    })
  }
}
