import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { writeAudit } from '../foundation/audit.ts'
import { parseZonedIso } from '../foundation/clock.ts'
import type { Core } from '../foundation/core.ts'
import { staffOf } from '../http/auth.ts'
import { unitsWithin } from '../unit/scope.ts'
import type { Unit } from '../unit/unit.ts'
import { readAudit } from './read.ts'
import { lastSeal, unsealedSince } from './store.ts'
import { headOf } from './verify.ts'

const zonedTime = z
  .string()
  .refine((value) => parseZonedIso(value) !== null, '必须是带时区的 ISO 8601 时间')
  .transform((value) => parseZonedIso(value)!)

const entrySchema = z.object({
  id: z.string(),
  at: z.date(),
  actor: z.string(),
  actorName: z.string().nullable(),
  action: z.string(),
  subjectKind: z.string(),
  subject: z.string(),
  details: z.unknown(),
  sealed: z.boolean(),
})
export type AuditEntryView = z.output<typeof entrySchema>

const auditors = { roles: ['auditor'], scope: 'units' } as const

/** The record, for the auditor. */
export function auditRoutes(
  deps: Core & { units: () => Promise<Map<string, Unit>> },
): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/api/v1/audit', {
      config: auditors,
      schema: {
        summary:
          'Who saw or changed what, latest first: of the people in the auditor’s scope, of everybody with the whole bureau',
        querystring: z.object({
          from: zonedTime.optional(),
          to: zonedTime.optional(),
          actor: z.string().max(200).optional().describe('staff:<id>, source:<name>, operator'),
          action: z
            .string()
            .max(100)
            .optional()
            .describe('An action, or a group such as callback.*'),
          subject: z.string().max(200).optional(),
          before: z.uuid().optional().describe('`next` of the page before'),
          limit: z.coerce.number().int().min(1).max(200).default(50),
        }),
        response: {
          200: z.object({ entries: z.array(entrySchema), next: z.string().nullable() }),
        },
      },
      async handler(request) {
        const staff = staffOf(request)
        const { before = null, limit, ...query } = request.query
        const filter = {
          from: query.from ?? null,
          to: query.to ?? null,
          actor: query.actor ?? null,
          action: query.action ?? null,
          subject: query.subject ?? null,
        }
        const within = unitsWithin(await deps.units(), staff.scopeCode)
        const entries = await readAudit(deps.db, filter, { before, limit }, within)
        if (before === null) {
          // Who looks over others' shoulders is on record too.
          const { from, to, ...rest } = filter
          await writeAudit(deps, deps.db, {
            actor: `staff:${staff.id}`,
            action: 'audit.read',
            subjectKind: 'audit',
            subject: 'audit',
            details: {
              ...rest,
              from: from?.toISOString() ?? null,
              to: to?.toISOString() ?? null,
            },
          })
        }
        return { entries, next: entries.length < limit ? null : (entries.at(-1)?.id ?? null) }
      },
    })
    app.get('/api/v1/audit/seal', {
      config: { roles: ['auditor'], scope: 'none' },
      schema: {
        summary: 'The latest seal, to be written down elsewhere, and what is not sealed yet',
        response: {
          200: z.object({
            head: z.string().nullable().describe('For `huifang audit verify --head`'),
            sealedAt: z.date().nullable(),
            unsealedRows: z.number().int(),
          }),
        },
      },
      async handler() {
        const seal = await lastSeal(deps.db)
        const { rows } = await unsealedSince(deps.db, seal?.slot ?? 0)
        return {
          head: seal && headOf(seal),
          sealedAt: seal?.sealedAt ?? null,
          unsealedRows: rows,
        }
      },
    })
  }
}
