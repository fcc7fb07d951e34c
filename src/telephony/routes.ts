import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Core } from '../foundation/core.ts'
import { AppError } from '../foundation/errors.ts'
import { staffOf } from '../http/auth.ts'
import { choosePhone, phoneOfStaff } from '../staff/phone.ts'
import { phoneView, type PhoneView } from './schema.ts'
import type { Telephony } from './telephony.ts'

const callers = { roles: ['agent', 'supervisor'], scope: 'none' } as const

const states: Partial<Record<string, PhoneView['state']>> = {
  'telephony.no_phone': 'none',
  'telephony.phone_offline': 'offline',
  'telephony.phone_unknown': 'unknown',
}

/** The phone at which one sits. */
export function telephonyRoutes(
  deps: Pick<Core, 'db' | 'newId'> & { telephony: Telephony },
): FastifyPluginAsyncZod {
  async function look(staffId: string): Promise<PhoneView> {
    const { dials } = deps.telephony
    const extension = await phoneOfStaff(deps.db, staffId)
    if (!dials) return { dials, extension, state: 'none' }
    try {
      await deps.telephony.holdReady(staffId)
      return { dials, extension, state: 'ready' }
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      return { dials, extension, state: states[error.code] ?? 'exchange_away' }
    }
  }
  return async (app) => {
    app.get('/api/v1/telephony/phone', {
      config: callers,
      schema: { summary: 'One’s phone, and whether it can ring', response: { 200: phoneView } },
      handler: async (request) => look(staffOf(request).id),
    })
    app.put('/api/v1/telephony/phone', {
      config: callers,
      schema: {
        summary: 'Sit down at a phone; whoever sat there has left it',
        body: z.object({
          extension: z
            .string()
            .trim()
            .regex(/^[0-9A-Za-z_-]{1,32}$/, '请填写话机的分机号')
            .nullable(),
        }),
        response: { 200: phoneView },
      },
      async handler(request) {
        const { id } = staffOf(request)
        await choosePhone(deps, id, request.body.extension)
        return look(id)
      },
    })
  }
}
