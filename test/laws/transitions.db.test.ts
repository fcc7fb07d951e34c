import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  callbackStates,
  callbackTransitions,
  type CallbackState,
} from '../../src/callback/rules.ts'
import * as leases from '../../src/callback/lease-store.ts'
import * as callbacks from '../../src/callback/store.ts'
import type { Tx } from '../../src/foundation/database.ts'
import type { Id } from '../../src/foundation/ids.ts'
import { surveyStates, surveyTransitions, type SurveyState } from '../../src/survey/rules.ts'
import * as surveys from '../../src/survey/store.ts'
import { row, station, testApp, type TestApp } from '../support/app.ts'

let t: TestApp
let caseId: Id
let callbackId: Id
beforeAll(async () => {
  t = await testApp()
  const { body } = await t.call('POST', '/api/v1/transactions', t.sourceKey, row('a'))
  caseId = body.verdicts[0].transactionId
  callbackId = t.app.newId()
  const dueAt = t.app.clock.now()
  await t.app.db.transaction().execute((tx) =>
    callbacks.insertCallbacks(tx, [
      {
        id: callbackId,
        caseId,
        origin: 'dissatisfied',
        priority: 5,
        unitCode: station,
        dueAt,
        dueProvisional: false,
        notBefore: dueAt,
      },
    ]),
  )
})
afterAll(async () => t.close())

const rollback = Symbol('rollback')

/** Where the row is after the verb, when it was in this state before; nothing is kept. */
async function after(
  table: 'survey' | 'callback',
  from: string,
  verb: (tx: Tx) => Promise<unknown>,
): Promise<string> {
  let to = ''
  const end = await t.app.db
    .transaction()
    .execute(async (tx) => {
      await tx
        .updateTable('survey')
        .set({ expiresAt: sql`now()`, lateUntil: sql`now()` })
        .execute()
      await tx.updateTable(table).set({ state: from }).execute()
      if (table === 'callback')
        await tx
          .updateTable('callback')
          .set({ leaseUntil: sql`now()` })
          .execute()
      await verb(tx)
      to = (await tx.selectFrom(table).select('state').executeTakeFirstOrThrow()).state
      throw rollback
    })
    .catch((error: unknown) => error)
  if (end !== rollback) throw end
  return to
}

const windows = {
  replyWindowSeconds: 60,
  lateWindowSeconds: 60,
  contactFloorDays: 0,
  remindAfterSeconds: 0,
}
const surveyVerbs: Record<string, (tx: Tx) => Promise<unknown>> = {
  markSubmitting: (tx) => surveys.markSubmitting(tx, [caseId]),
  markOpen: (tx) => surveys.markOpen(tx, [caseId], windows),
  'markBack to unknown': (tx) => surveys.markBack(tx, [caseId], 'unknown'),
  'markBack to scheduled': (tx) => surveys.markBack(tx, [caseId], 'scheduled'),
  'markNotSent as failed': (tx) =>
    surveys.markNotSent(tx, [caseId], { state: 'failed', reason: 'test' }),
  'markNotSent as closed': (tx) =>
    surveys.markNotSent(tx, [caseId], { state: 'closed', reason: 'test' }),
  markClosed: (tx) => surveys.markClosed(tx, [caseId]),
  markExpired: (tx) => surveys.markExpired(tx, [caseId]),
  closeExpired: (tx) => surveys.closeExpired(tx, [caseId]),
}

const staffId = '00000000-0000-7000-8000-000000000001'
const end = { reason: null, finding: null, laterRating: null }
const callbackVerbs: Record<string, (tx: Tx) => Promise<unknown>> = {
  markTalking: (tx) => callbacks.markTalking(tx, callbackId, 60),
  holdUnsettled: (tx) => callbacks.holdUnsettled(tx, callbackId),
  passLease: (tx) => leases.passLease(tx, callbackId, { staffId, leaseSeconds: 60 }),
  markWaiting: (tx) => callbacks.markWaiting(tx, callbackId, { countAttempt: true }),
  'markEnded as resolved': (tx) =>
    callbacks.markEnded(tx, callbackId, { state: 'resolved', ...end }),
  'markEnded as cancelled': (tx) =>
    callbacks.markEnded(tx, callbackId, { state: 'cancelled', ...end }),
  returnExpiredLeases: (tx) => leases.returnExpiredLeases({ db: tx }),
}

describe('law 3: states change only along the table', () => {
  test.each(Object.entries(surveyVerbs))('law 3: a survey, by %s', async (_name, verb) => {
    let moves = 0
    for (const from of surveyStates) {
      const to = (await after('survey', from, verb)) as SurveyState
      if (to !== from) moves++
      expect([from, ...surveyTransitions[from]], `from ${from}`).toContain(to)
    }
    expect(moves).toBeGreaterThan(0)
  })

  test.each(Object.entries(callbackVerbs))('law 3: a callback, by %s', async (_name, verb) => {
    let moves = 0
    for (const from of callbackStates) {
      const to = (await after('callback', from, verb)) as CallbackState
      if (to !== from) moves++
      expect([from, ...callbackTransitions[from]], `from ${from}`).toContain(to)
    }
    expect(moves).toBeGreaterThan(0)
  })
})
