import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { writeAudit } from '../foundation/audit.ts'
import { AppError } from '../foundation/errors.ts'
import { anyStaff, sessionCookie, staffOf } from '../http/auth.ts'
import { giveCookie, takeCookie, visitorOf, type CookieDeps } from '../http/session.ts'
import { unitsWithin } from '../unit/scope.ts'
import type { Unit } from '../unit/unit.ts'
import { endSessions, listSessions, ownerOfSession } from './session-store.ts'
import { changePassword, signIn, signOut, type Session, type SignInDeps } from './sign-in.ts'
import { findStaff, type Staff } from './store.ts'
import { staffRoles } from './staff.ts'

export interface SessionRouteDeps extends SignInDeps, CookieDeps {
  units: () => Promise<Map<string, Unit>>
  sandbox: boolean
  clickToCall: boolean
  singleSignOn: boolean
}

const personSchema = z.object({
  id: z.string(),
  name: z.string(),
  role: z.enum(staffRoles),
  unitCode: z.string(),
  unitName: z.string(),
  scopeCode: z.string(),
  scopeName: z.string(),
})

export const sessionSchema = z.object({
  staff: personSchema,
  csrfToken: z
    .string()
    .nullable()
    .describe(
      'For the header x-huifang-csrf of everything that changes something; null with a key',
    ),
  mustChangePassword: z.boolean(),
  sandbox: z.boolean(),
  clickToCall: z.boolean().describe('Whether an exchange dials; else people do'),
})

const self = { roles: anyStaff, scope: 'self', whilePasswordDue: true } as const

/** Signing in and out, and one's own sessions. */
export function sessionRoutes(deps: SessionRouteDeps): FastifyPluginAsyncZod {
  const tell = async (staff: Staff, session: Session | null) => {
    const units = await deps.units()
    const nameOf = (code: string) => units.get(code)?.name ?? code
    return {
      staff: { ...staff, unitName: nameOf(staff.unitCode), scopeName: nameOf(staff.scopeCode) },
      csrfToken: session?.csrfToken ?? null,
      mustChangePassword: session?.mustChangePassword ?? false,
      sandbox: deps.sandbox,
      clickToCall: deps.clickToCall,
    }
  }

  /** Whose sessions the caller may see and end: the own ones; an administrator's scope besides. */
  const mayManage = async (staff: Staff, ownerId: string): Promise<boolean> => {
    if (ownerId === staff.id) return true
    if (staff.role !== 'administrator') return false
    const owner = await findStaff(deps.db, ownerId)
    const within = unitsWithin(await deps.units(), staff.scopeCode)
    return owner !== null && (within?.includes(owner.unitCode) ?? true)
  }

  return async (app) => {
    app.get('/api/v1/session/ways', {
      config: { roles: ['public'], scope: 'none' },
      schema: {
        summary: 'By which ways one signs in here',
        response: { 200: z.object({ singleSignOn: z.boolean(), sandbox: z.boolean() }) },
      },
      handler: async () => ({ singleSignOn: deps.singleSignOn, sandbox: deps.sandbox }),
    })
    app.post('/api/v1/session', {
      config: {
        roles: ['public'],
        scope: 'none',
        rateLimit: { max: 60, timeWindow: '1 minute' },
      },
      schema: {
        summary: 'Sign in; the answer sets the session’s cookie',
        body: z.object({
          name: z.string().min(1).max(100),
          password: z.string().min(1).max(1_000),
        }),
        response: { 200: sessionSchema },
      },
      async handler(request, reply) {
        const { token, session } = await signIn(deps, visitorOf(request), request.body)
        const before = request.cookies[sessionCookie]
        if (before !== undefined) await signOut(deps, before, 'replaced')
        giveCookie(deps, request, reply, token)
        return tell(session.staff, session)
      },
    })
    app.get('/api/v1/session', {
      config: self,
      schema: { summary: 'Who I am', response: { 200: sessionSchema } },
      handler: async (request) => tell(staffOf(request), request.session),
    })
    app.delete('/api/v1/session', {
      config: self,
      schema: { summary: 'Sign out', response: { 200: z.object({ signedOut: z.literal(true) }) } },
      async handler(request, reply) {
        const token = request.cookies[sessionCookie]
        if (token !== undefined) await signOut(deps, token, 'signed_out')
        takeCookie(deps, request, reply)
        return { signedOut: true as const }
      },
    })
    app.post('/api/v1/session/password', {
      config: self,
      schema: {
        summary: 'Change one’s own password; all other sessions end',
        body: z.object({ current: z.string().min(1).max(1_000), next: z.string().max(1_000) }),
        response: { 200: z.object({ changed: z.literal(true) }) },
      },
      async handler(request) {
        // A key may leak into scripts; it must not be enough to lock its person out.
        if (!request.session) throw new AppError('auth.forbidden')
        await changePassword(deps, visitorOf(request), request.session, request.body)
        return { changed: true as const }
      },
    })
    app.get('/api/v1/sessions', {
      config: self,
      schema: {
        summary: 'Sessions that are alive: one’s own, for administrators also those of others',
        querystring: z.object({ staffId: z.uuid().optional() }),
        response: {
          200: z.object({
            sessions: z.array(
              z.object({
                id: z.string(),
                method: z.enum(['password', 'single_sign_on']),
                address: z.string(),
                userAgent: z.string(),
                beganAt: z.date(),
                lastSeenAt: z.date(),
                expiresAt: z.date(),
                current: z.boolean(),
              }),
            ),
          }),
        },
      },
      async handler(request) {
        const staff = staffOf(request)
        const ownerId = request.query.staffId ?? staff.id
        if (!(await mayManage(staff, ownerId))) {
          throw new AppError('record.not_found', { what: '人员' })
        }
        const { access } = await deps.policy()
        const sessions = await listSessions(deps.db, ownerId, access.sessionIdleMinutes)
        return {
          sessions: sessions.map((each) => ({ ...each, current: each.id === request.session?.id })),
        }
      },
    })
    app.delete('/api/v1/sessions/:id', {
      config: self,
      schema: {
        summary: 'End a session: one’s own, for administrators also those of others',
        params: z.object({ id: z.uuid() }),
        response: { 200: z.object({ ended: z.literal(true) }) },
      },
      async handler(request) {
        const staff = staffOf(request)
        const { id } = request.params
        const ownerId = await ownerOfSession(deps.db, id)
        if (ownerId === null || !(await mayManage(staff, ownerId))) {
          throw new AppError('record.not_found', { what: '登录' })
        }
        await endSessions(deps.db, { id }, 'revoked')
        await writeAudit(deps, deps.db, {
          actor: `staff:${staff.id}`,
          action: 'session.revoke',
          subjectKind: 'session',
          subject: id,
        })
        return { ended: true as const }
      },
    })
  }
}
