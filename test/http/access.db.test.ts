import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { GuardedRoute } from '../../src/http/auth.ts'
import { createStaffKey } from '../../src/staff/keys.ts'
import { createStaff, staffRoles, type StaffRole } from '../../src/staff/staff.ts'
import { centre, station, testApp, type TestApp } from '../support/app.ts'
import { probes, provedElsewhere, type Answer, type Ground } from './probes.ts'

let t: TestApp
let routes: GuardedRoute[]
beforeAll(async () => {
  // With every feature that brings routes.
  t = await testApp({
    environment: {
      HUIFANG_OIDC_ISSUER: 'http://127.0.0.1:9',
      HUIFANG_OIDC_CLIENT_ID: 'huifang',
      HUIFANG_OIDC_CLIENT_SECRET: 'secret',
      HUIFANG_PUBLIC_URL: 'http://127.0.0.1:8080',
    },
  })
  routes = t.server.guardedRoutes
    .filter(({ method, url }) => method !== 'HEAD' && !url.startsWith('/api/docs'))
    .sort((a, b) => (a.url === b.url ? a.method.localeCompare(b.method) : a.url < b.url ? -1 : 1))
})
afterAll(async () => t.close())

const nameOf = ({ method, url }: GuardedRoute) => `${method} ${url}`
const kinds = ['nobody', 'source', 'feed', ...staffRoles] as const
const mayCall = (kind: (typeof kinds)[number], { roles }: GuardedRoute) =>
  roles.includes('public') || (kind !== 'nobody' && roles.includes(kind))

async function ask(
  route: GuardedRoute,
  key: string | null,
  given: { id?: string; query?: string; body?: unknown } = {},
): Promise<Answer> {
  const path = route.url.replace(/:\w+/g, given.id ?? randomUUID()).replace('*', 'x')
  const stopping = new AbortController()
  const response = await fetch(`${t.url}${path}${given.query ?? ''}`, {
    method: route.method,
    redirect: 'manual',
    signal: stopping.signal,
    headers: {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(route.method === 'GET' ? {} : { 'content-type': 'application/json' }),
    },
    ...(route.method === 'GET' ? {} : { body: JSON.stringify(given.body ?? {}) }),
  })
  if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
    stopping.abort()
    return { status: response.status, body: null, bytes: Buffer.alloc(0) }
  }
  const bytes = Buffer.from(await response.arrayBuffer())
  const isJson = response.headers.get('content-type')?.includes('json') ?? false
  return { status: response.status, bytes, body: isJson ? JSON.parse(bytes.toString()) : null }
}

describe('every route', () => {
  test('says who may call it and what bounds what they get', () => {
    expect(routes.filter(({ scope }) => scope === undefined).map(nameOf)).toEqual([])
    expect(routes.length).toBeGreaterThan(40)
  })

  test('that is bounded by units has a probe, and there is no probe without its route', () => {
    const bounded = routes.filter(({ scope }) => scope === 'cases' || scope === 'units').map(nameOf)
    const proved = [...Object.keys(probes), ...Object.keys(provedElsewhere)]
    expect(proved.filter((name) => !bounded.includes(name))).toEqual([])
    expect(bounded.filter((name) => !proved.includes(name))).toEqual([])
  })

  test('that stands in the name of one record is bounded by something', () => {
    const unbounded = routes.filter(
      ({ url, scope, roles }) =>
        /:\w*id\b/i.test(url) && scope === 'none' && !roles.includes('public'),
    )
    expect(unbounded.map(nameOf)).toEqual([])
  })

  test('lets in whom it names and nobody else', { timeout: 120_000 }, async () => {
    const keys: Record<string, string | null> = {
      nobody: null,
      source: t.sourceKey,
      feed: t.feedKey,
    }
    for (const role of staffRoles) keys[role] = await t.staffKey(role)
    const wrong: string[] = []
    for (const route of routes) {
      for (const kind of kinds) {
        const { status, body } = await ask(route, keys[kind]!)
        const code = (body as { code?: string } | null)?.code ?? ''
        const shut = code === 'auth.missing' || code === 'auth.forbidden'
        const expected = mayCall(kind, route)
          ? !shut || nameOf(route) === 'POST /api/v1/session/password'
          : kind === 'nobody'
            ? status === 401 && code === 'auth.missing'
            : status === 403 && code === 'auth.forbidden'
        if (!expected) wrong.push(`${nameOf(route)} as ${kind}: ${status} ${code}`)
      }
    }
    expect(wrong).toEqual([])
  })
})

describe('the access table', () => {
  let counter = 0
  async function caller(role: StaffRole, unitCode: string, scopeCode: string) {
    const person = { name: `探针${counter++}`, role, unitCode, scopeCode }
    const { id } = await createStaff(t.app, 'test', person)
    return { id, role, key: await createStaffKey(t.app, id) }
  }

  // The record is always of the same unit; what changes is who asks.
  const relations = {
    'in scope': (role: StaffRole) => caller(role, centre, 'FJ1'),
    'out of scope': (role: StaffRole) => caller(role, centre, 'FJ2'),
    'rated itself': (role: StaffRole) => caller(role, station, 'ROOT'),
  }

  async function reach(route: GuardedRoute, who: keyof typeof relations): Promise<string> {
    const probe = probes[nameOf(route)]
    if (!probe) return '†'
    const answers = new Set<string>()
    for (const role of route.roles as StaffRole[]) {
      const ground: Ground = { t, caller: await relations[who](role), unitCode: station }
      const id = await probe.make(ground)
      const body = await probe.body?.(id, ground)
      const answer = await ask(route, ground.caller.key, { id, query: probe.query ?? '', body })
      const sees =
        probe.sees?.(answer, id) ??
        (route.url.includes(':id') ? answer.status < 300 : answer.bytes.includes(id))
      answers.add(sees ? '✓' : '–')
    }
    return [...answers].join(' / ')
  }

  test('is the one that was agreed (test/http/access-table.md)', { timeout: 120_000 }, async () => {
    const lines: string[] = []
    const wrong: string[] = []
    const columns = Object.keys(relations) as (keyof typeof relations)[]
    for (const route of routes) {
      const cells = kinds.map((kind) => (mayCall(kind, route) ? '✓' : '–'))
      const bounded = route.scope === 'cases' || route.scope === 'units'
      const reached: string[] = []
      for (const who of columns) reached.push(bounded ? await reach(route, who) : '')
      const never = route.scope === 'cases' ? '–' : '✓'
      if (probes[nameOf(route)] && (reached[0] !== '✓' || reached[2] !== never)) {
        wrong.push(`${nameOf(route)}: ${reached.join(' ')}`)
      }
      lines.push(`| ${[`\`${nameOf(route)}\``, ...cells, route.scope, ...reached].join(' | ')} |`)
    }
    // No agreement makes these right: who is in scope must get in, and the rated never (law 7).
    expect(wrong).toEqual([])
    const head = ['route', ...kinds, 'bounded by', ...columns]
    await expect(
      [
        '# Who may do what',
        '',
        'Made from the routes and from their answers by `access.db.test.ts`; a route that is not here, or answers',
        'otherwise, fails. Read a change of this file as a change of the locks. ✓ gets in, – is refused or sees',
        'nothing of it. *Bounded by*: `none`, nothing of it belongs to a unit; `self`, the caller’s own; `cases`, the',
        'caller’s part of the tree without the units that rate themselves (law 7); `units`, the caller’s part of the',
        'tree; `all`, everything. The last three columns say what happens with a record of a unit: † is proved by',
        'the test that `probes.ts` names.',
        '',
        `| ${head.join(' | ')} |`,
        `|${head.map(() => ' --- |').join('')}`,
        ...lines,
        '',
      ].join('\n'),
    ).toMatchFileSnapshot('access-table.md')
  })
})
