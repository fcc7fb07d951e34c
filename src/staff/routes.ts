import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { AppError } from '../foundation/errors.ts'
import { staffOf } from '../http/auth.ts'
import { unitsWithin, usualScope } from '../unit/scope.ts'
import {
  changeStaff,
  createStaff,
  issueOneTimePassword,
  staffRoles,
  type Staff,
  type StaffDeps,
} from './staff.ts'
import { findStaff, listStaff } from './store.ts'

const administrators = { roles: ['administrator'], scope: 'units' } as const
const params = z.object({ id: z.uuid() })
const code = z.string().trim().min(1).max(32)

const person = z.object({
  id: z.string(),
  name: z.string(),
  role: z.enum(staffRoles),
  unitCode: z.string(),
  scopeCode: z.string(),
})

/** Also somebody of the own part who works for more than it is not for its administrator. */
const reaches = (within: readonly string[] | null, { unitCode, scopeCode }: Staff) =>
  within === null || [unitCode, scopeCode].every((each) => within.includes(each))

/** People, for the administrators of their part of the tree. */
export function staffRoutes(deps: StaffDeps): FastifyPluginAsyncZod {
  /** Nobody gives what they do not have: units and scopes outside one's own are refused. */
  async function holdWithin(by: Staff, given: { unitCode?: string; scopeCode?: string }) {
    const within = unitsWithin(await deps.units(), by.scopeCode)
    for (const field of ['unitCode', 'scopeCode'] as const) {
      const wanted = given[field]
      if (within !== null && wanted !== undefined && !within.includes(wanted)) {
        throw new AppError('staff.outside_scope', { field })
      }
    }
  }
  async function mine(by: Staff, id: string): Promise<Staff> {
    const found = await findStaff(deps.db, id)
    const within = unitsWithin(await deps.units(), by.scopeCode)
    if (!found || !reaches(within, found)) throw new AppError('record.not_found', { what: '人员' })
    return found
  }

  return async (app) => {
    app.get('/api/v1/staff', {
      config: administrators,
      schema: {
        summary: 'The people of one’s part of the tree',
        response: {
          200: z.object({
            people: z.array(
              person.extend({
                active: z.boolean(),
                createdAt: z.date(),
                mustChange: z
                  .boolean()
                  .nullable()
                  .describe('Null: no password, only keys or single sign-on'),
                lastSeenAt: z.date().nullable(),
                mayChange: z
                  .boolean()
                  .describe('False for oneself, and for who works for more than one’s own part'),
              }),
            ),
          }),
        },
      },
      async handler(request) {
        const by = staffOf(request)
        const within = unitsWithin(await deps.units(), by.scopeCode)
        const people = await listStaff(deps.db, within)
        return {
          people: people.map((each) => ({
            ...each,
            mayChange: each.id !== by.id && reaches(within, each),
          })),
        }
      },
    })
    app.post('/api/v1/staff', {
      config: administrators,
      schema: {
        summary: 'Register a person; the answer tells a password for the first sign-in, this once',
        body: z.object({
          name: z.string().trim().min(1, '请填写姓名').max(50),
          role: z.enum(staffRoles),
          unitCode: code,
          scopeCode: code.optional(),
        }),
        response: { 201: z.object({ staff: person, oneTimePassword: z.string() }) },
      },
      async handler(request, reply) {
        const by = staffOf(request)
        const scopeCode = request.body.scopeCode ?? usualScope(await deps.units(), request.body)
        const wanted = { ...request.body, scopeCode }
        await holdWithin(by, wanted)
        const staff = await createStaff(deps, `staff:${by.id}`, wanted)
        const oneTimePassword = await issueOneTimePassword(deps, `staff:${by.id}`, staff)
        return reply.status(201).send({ staff, oneTimePassword })
      },
    })
    app.patch('/api/v1/staff/:id', {
      config: administrators,
      schema: {
        summary:
          'Move a person to another role, unit or scope, or let them leave; their sessions end',
        params,
        body: z
          .object({
            role: z.enum(staffRoles),
            unitCode: code,
            scopeCode: code,
            active: z.boolean(),
          })
          .partial(),
        response: { 200: z.object({ staff: person }) },
      },
      async handler(request) {
        const by = staffOf(request)
        const { id } = await mine(by, request.params.id)
        if (id === by.id) throw new AppError('staff.self')
        const { role, unitCode, scopeCode, active } = request.body
        const change = {
          ...(role === undefined ? {} : { role }),
          ...(unitCode === undefined ? {} : { unitCode }),
          ...(scopeCode === undefined ? {} : { scopeCode }),
          ...(active === undefined ? {} : { active }),
        }
        if (Object.keys(change).length === 0)
          throw new AppError('request.invalid', { field: '', reason: '没有要修改的内容' })
        await holdWithin(by, change)
        return { staff: await changeStaff(deps, `staff:${by.id}`, { id }, change) }
      },
    })
    app.post('/api/v1/staff/:id/password', {
      config: administrators,
      schema: {
        summary: 'Another password for one sign-in, told this once; forgives failed tries',
        params,
        response: { 200: z.object({ oneTimePassword: z.string() }) },
      },
      async handler(request) {
        const by = staffOf(request)
        const { id } = await mine(by, request.params.id)
        return { oneTimePassword: await issueOneTimePassword(deps, `staff:${by.id}`, { id }) }
      },
    })
  }
}
