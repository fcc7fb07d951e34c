import { randomUUID } from 'node:crypto'
import { strFromU8, unzipSync } from 'fflate'
import { sql } from 'kysely'
import { openCallbacks } from '../../src/callback/open.ts'
import { dateAt } from '../../src/foundation/clock.ts'
import { createStaff, type StaffRole } from '../../src/staff/staff.ts'
import { centre, row, station, type TestApp } from '../support/app.ts'

/** Somebody who asks, and the unit whose record they ask about. */
export interface Ground {
  t: TestApp
  caller: { id: string; key: string; role: StaffRole }
  unitCode: string
}

/** How to tell whether somebody gets at the records of a unit through a route. */
export interface Probe {
  /** Makes the record, with everything that the route wants of it; gives what stands for `:id`. */
  make: (ground: Ground) => Promise<string>
  query?: string
  body?: (id: string, ground: Ground) => object | Promise<object>
  /** Whether the answer shows or touches the record; when left out: `:id` is in the path and the answer is good, or the id is in the answer. */
  sees?: (answer: Answer, id: string) => boolean
}

export interface Answer {
  status: number
  bytes: Buffer
  /** Null when it is no JSON. */
  body: unknown
}

/** Routes whose bounds another test proves, with more than one answer to look at. */
export const provedElsewhere: Record<string, string> = {
  'GET /api/v1/events': 'test/live/live.db.test.ts',
  // Without an exchange everybody is told so first.
  'POST /api/v1/callbacks/:id/call': 'test/telephony/calls.db.test.ts',
  'GET /api/v1/callbacks/:id/calls/:callId/recording': 'test/telephony/recordings.db.test.ts',
  'GET /api/v1/audit': 'test/audit/seal.db.test.ts',
}

async function waiting({ t, unitCode }: Ground): Promise<string> {
  const caseId = await transaction(t, unitCode)
  const wanted = [{ caseId, unitCode, origin: 'dissatisfied' as const }]
  await t.app.db.transaction().execute((tx) => openCallbacks(t.app, tx, wanted))
  const { id } = await t.app.db
    .selectFrom('callback')
    .select('id')
    .where('caseId', '=', caseId)
    .executeTakeFirstOrThrow()
  return id
}

const calledWithConsent = (ground: Ground) => called(ground, { recordingMode: 'ask' })

/** The caller talks to the citizen through an exchange. */
async function called(ground: Ground, more = {}): Promise<string> {
  const { t, caller, unitCode } = ground
  const callbackId = await held(ground)
  const { caseId } = await t.app.db
    .selectFrom('callback')
    .select('caseId')
    .where('id', '=', callbackId)
    .executeTakeFirstOrThrow()
  const call = {
    callbackId,
    caseId,
    unitCode,
    staffId: caller.id,
    extension: randomUUID().slice(0, 30),
  }
  await t.app.db
    .insertInto('call')
    .values({ id: t.app.newId(), state: 'talking', ...call, ...more })
    .execute()
  return callbackId
}

async function transaction(t: TestApp, unitCode: string): Promise<string> {
  const externalId = randomUUID()
  await t.call('POST', '/api/v1/transactions', t.sourceKey, row(externalId, { unitCode }))
  const { transactionId } = await t.app.db
    .selectFrom('transactionKey')
    .select('transactionId')
    .where('externalId', '=', externalId)
    .executeTakeFirstOrThrow()
  return transactionId
}

/** A callback whose lease the caller holds, as one whose person was moved meanwhile. */
async function held(ground: Ground): Promise<string> {
  const id = await waiting(ground)
  await ground.t.app.db
    .updateTable('callback')
    .set({
      state: 'talking',
      leaseHolder: ground.caller.id,
      leaseUntil: sql<Date>`now() + interval '10 minutes'`,
    })
    .where('id', '=', id)
    .execute()
  return id
}

async function attempted(ground: Ground): Promise<string> {
  const id = await held(ground)
  await ground.t.app.db
    .insertInto('attempt')
    .values({
      id: ground.t.app.newId(),
      callbackId: id,
      ordinal: 1,
      result: 'busy',
      byStaff: ground.caller.id,
      nextState: 'waiting',
      nextNotBefore: sql`now()`,
      settleAt: sql`now() + interval '1 minute'`,
    })
    .execute()
  return id
}

async function proposed(ground: Ground): Promise<string> {
  const id = await waiting(ground)
  const proposedBy = await colleague(ground)
  const { t } = ground
  await t.app.db
    .updateTable('callback')
    .set({ state: 'resolved', closedAt: sql`now()` })
    .where('id', '=', id)
    .execute()
  await t.app.db
    .insertInto('ratingReview')
    .values({ callbackId: id, proposedFinding: 'mistaken', proposedBy, state: 'waiting' })
    .execute()
  return id
}

async function questioned(ground: Ground): Promise<string> {
  const id = await waiting(ground)
  const { t } = ground
  await t.app.db
    .insertInto('callbackNote')
    .values({
      id: t.app.newId(),
      callbackId: id,
      kind: 'question',
      byStaff: await colleague(ground),
      textSealed: t.app.vault.seal('？', 'note'),
    })
    .execute()
  return id
}

async function colleague({ t }: Ground): Promise<string> {
  await t.staffKey('agent')
  const { id } = await t.app.db
    .selectFrom('staff')
    .select('id')
    .where('unitCode', '=', centre)
    .where('scopeCode', '=', 'ROOT')
    .where('role', '=', 'agent')
    .orderBy('createdAt', 'desc')
    .executeTakeFirstOrThrow()
  return id
}

/** Somebody of the unit, who works for it. */
async function somebody({ t, unitCode }: Ground): Promise<string> {
  const person = { name: randomUUID(), role: 'handler' as const, unitCode }
  return (await createStaff(t.app, 'test', person)).id
}

/** A reply that waits for a person, and rings. */
async function unclear({ t, unitCode }: Ground): Promise<string> {
  const caseId = await transaction(t, unitCode)
  const id = t.app.newId()
  await t.app.db
    .insertInto('reply')
    .values({
      id,
      inboundId: t.app.newId(),
      phoneHash: t.app.vault.hashPhone('13900000000'),
      phoneSealed: t.app.vault.seal('13900000000', 'phone'),
      textSealed: t.app.vault.seal('？', 'text'),
      caseId,
      fit: 'open',
      route: 'triage',
      kind: 'unclear',
      urgent: true,
      conflict: false,
      confidence: 0,
      evidence: '[]',
    })
    .execute()
  await t.app.db
    .insertInto('triage')
    .values({
      replyId: id,
      caseId,
      unitCode,
      concernedUnits: [unitCode],
      reason: 'urgent',
      state: 'waiting',
      dueAt: sql`now() + interval '1 day'`,
    })
    .execute()
  await t.app.db.insertInto('duty').values({ replyId: id, caseId, state: 'ringing' }).execute()
  return id
}

const day = (t: TestApp, plusDays: number) =>
  dateAt(t.app.clock.nowMs() + plusDays * 86_400_000)
    .toISOString()
    .slice(0, 10)
const field = (body: unknown, name: string) => (body as Record<string, unknown>)[name]

export const probes: Record<string, Probe> = {
  'GET /api/v1/callbacks': { make: waiting, query: '?limit=200' },
  'GET /api/v1/callbacks/counts': {
    make: waiting,
    sees: ({ body }) => Object.values(body as object).some((count) => count > 0),
  },
  'GET /api/v1/callbacks/reviews': { make: proposed },
  'GET /api/v1/callbacks/:id': { make: waiting },
  'POST /api/v1/callbacks/claim': { make: waiting, sees: ({ status }) => status === 200 },
  'POST /api/v1/callbacks/:id/claim': { make: waiting },
  'POST /api/v1/callbacks/:id/renew': { make: held },
  'POST /api/v1/callbacks/:id/release': { make: held },
  'POST /api/v1/callbacks/:id/number': { make: held },
  'PUT /api/v1/callbacks/:id/number': { make: held, body: () => ({ number: '13951609999' }) },
  'POST /api/v1/callbacks/:id/record': { make: calledWithConsent },
  'GET /api/v1/callbacks/:id/calls': {
    make: (ground) => called(ground),
    sees: ({ body }) => (body as { calls?: unknown[] }).calls?.length === 1,
  },
  'POST /api/v1/callbacks/:id/hang-up': { make: (ground) => called(ground) },
  'PUT /api/v1/callbacks/:id/draft': { make: held, body: () => ({ revision: 0, content: {} }) },
  'POST /api/v1/callbacks/:id/attempts': { make: held, body: () => ({ result: 'busy' }) },
  'POST /api/v1/callbacks/:id/undo': { make: attempted },
  'POST /api/v1/callbacks/:id/hand-over': {
    make: held,
    body: async (_, ground) => ({ to: await colleague(ground) }),
  },
  'POST /api/v1/callbacks/:id/question': { make: held, body: () => ({ text: '？' }) },
  'POST /api/v1/callbacks/:id/answer': { make: questioned, body: () => ({ text: '。' }) },
  'POST /api/v1/callbacks/:id/reassign': {
    make: waiting,
    body: async (_, ground) => ({ to: await colleague(ground) }),
  },
  'POST /api/v1/callbacks/:id/review': { make: proposed, body: () => ({ approve: true }) },
  'GET /api/v1/desk/calls': { make: (ground) => called(ground), query: '?day=2026-01-01' },
  'GET /api/v1/desk/overview': {
    make: waiting,
    query: '?day=2026-01-01',
    sees: ({ body }) => (field(body, 'ages') as { count: number }[]).some(({ count }) => count > 0),
  },
  'POST /api/v1/desk/search': {
    make: waiting,
    body: (_, { t, unitCode }) => ({ unitCode, from: day(t, -1), limit: 200 }),
  },
  'POST /api/v1/desk/export': {
    make: waiting,
    body: (_, { t }) => ({ from: day(t, -1), to: day(t, 1) }),
    sees: ({ bytes }) => strFromU8(unzipSync(bytes)['xl/worksheets/sheet1.xml']!).includes(station),
  },
  'GET /api/v1/staff': { make: somebody },
  'POST /api/v1/staff': {
    make: async () => '',
    body: (_, { unitCode }) => ({
      name: randomUUID(),
      role: 'handler',
      unitCode,
    }),
    sees: ({ status }) => status === 201,
  },
  'PATCH /api/v1/staff/:id': { make: somebody, body: () => ({ role: 'auditor' }) },
  'POST /api/v1/staff/:id/password': { make: somebody },
  'GET /api/v1/units': { make: async ({ unitCode }) => unitCode },
  'GET /api/v1/triage': { make: unclear, query: '?limit=200' },
  'POST /api/v1/triage/:id': { make: unclear, body: () => ({ kind: 'no_rating' }) },
  'GET /api/v1/duty': { make: unclear, query: '?limit=200' },
  'POST /api/v1/duty/:id/take': { make: unclear },
}
