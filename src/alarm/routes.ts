import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { Core } from '../foundation/core.ts'
import { standingAlarms } from './alarm.ts'

export function alarmRoutes(deps: Core): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/api/v1/alarms', {
      config: { roles: ['agent', 'supervisor', 'administrator', 'auditor'], scope: 'none' },
      schema: { summary: 'Alarms that stand at this moment' },
      handler: async () => ({ alarms: await standingAlarms(deps) }),
    })
  }
}
