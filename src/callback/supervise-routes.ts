import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { staffOf } from '../http/auth.ts'
import { readCalls } from './calls-overview.ts'
import { exportCallbacks } from './export.ts'
import { readOverview } from './overview.ts'
import {
  callsOverview,
  exportBody,
  foundCase,
  overview,
  overviewQuery,
  searchBody,
  shiftNoteBody,
} from './schema/lead.ts'
import { searchCallbacks } from './search.ts'
import { writeShiftNote } from './shift-notes.ts'
import type { CallbackDeps } from './work.ts'

const people = { roles: ['agent', 'supervisor'], scope: 'cases' } as const
const supervisors = { roles: ['supervisor'], scope: 'cases' } as const

/** The desk as a whole: for those who lead it. */
export function superviseRoutes(deps: CallbackDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/api/v1/desk/overview', {
      config: supervisors,
      schema: {
        summary: 'The desk on a day: what stands open, who is at what, what was done',
        querystring: overviewQuery,
        response: { 200: overview },
      },
      handler: async (request) => readOverview(deps, staffOf(request), request.query.day),
    })
    app.get('/api/v1/desk/calls', {
      config: supervisors,
      schema: {
        summary: 'Calls under way now, and what came of those of a day, by hour',
        querystring: overviewQuery,
        response: { 200: callsOverview },
      },
      handler: async (request) => readCalls(deps, staffOf(request), request.query.day),
    })
    app.post('/api/v1/desk/shift-notes', {
      config: { ...people, scope: 'none' },
      schema: {
        summary: 'Tell the next shift',
        body: shiftNoteBody,
        response: { 200: z.object({ done: z.literal(true) }) },
      },
      async handler(request) {
        await writeShiftNote(deps, staffOf(request), request.body.text)
        return { done: true as const }
      },
    })
    app.post('/api/v1/desk/search', {
      config: people,
      schema: {
        summary: 'Find callbacks by whole number, transaction, unit, officer or period; audited',
        body: searchBody,
        response: { 200: z.object({ found: z.array(foundCase) }) },
      },
      handler: async (request) => ({
        found: await searchCallbacks(deps, staffOf(request), request.body),
      }),
    })
    app.post('/api/v1/desk/export', {
      config: supervisors,
      schema: { summary: 'Callbacks of a period as an Excel workbook; audited', body: exportBody },
      async handler(request, reply) {
        const { from, to } = request.body
        const stream = await exportCallbacks(deps, staffOf(request), request.body)
        return reply
          .type('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
          .header('content-disposition', `attachment; filename="callbacks_${from}_${to}.xlsx"`)
          .send(stream as never)
      },
    })
  }
}
