import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { businesses } from '../../src/policy/policy.ts'
import { knownFlags } from '../../src/survey/flags.ts'
import { station, testApp, type TestApp } from '../support/app.ts'

let t: TestApp
beforeAll(async () => {
  t = await testApp({
    policy(policy) {
      policy.survey.samplingShare['车管'] = 0.5
      policy.survey.enabled['出入境'] = false
    },
  })
})
afterAll(async () => t.close())

// Few numbers and keys, so that rows meet: repeats, amendments, withdrawals, and citizens asked lately.
const phone = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 60 }).map((n) => `138${10_000_000 + n}`) },
  { weight: 1, arbitrary: fc.constantFrom('0516-83456789', '12x', ' ', '+86 139 0000 0001') },
)
const aRow = fc.record(
  {
    externalId: fc.integer({ min: 0, max: 200 }).map((n) => `x${n}`),
    business: fc.constantFrom(...businesses),
    category: fc.constantFrom('纠纷', '求助'),
    unitCode: fc.constantFrom(station, station, station, 'PCS2', 'FJ2', 'NOWHERE'),
    citizen: fc.record({ phone, name: fc.constant('张三') }),
    completedAt: fc.constantFrom('now', 'now', 'now', '2025-01-01T00:00:00+08:00'),
    flags: fc.oneof(
      { weight: 4, arbitrary: fc.constant([]) },
      {
        weight: 1,
        arbitrary: fc.array(fc.constantFrom(...knownFlags, 'something'), {
          minLength: 1,
          maxLength: 3,
        }),
      },
    ),
    kind: fc.constantFrom('completed', 'completed', 'completed', 'cancelled'),
  },
  { requiredKeys: ['externalId', 'business', 'unitCode', 'citizen', 'completedAt'] },
)

test('law 8: whatever comes in, each transaction has either a survey or one reason why not', async () => {
  const now = t.app.clock.now().toISOString()
  const reasons = new Set<string>()
  await fc.assert(
    fc.asyncProperty(fc.array(aRow, { minLength: 20, maxLength: 60 }), async (drawn) => {
      const rows = drawn.map((each) => ({
        ...each,
        completedAt: each.completedAt === 'now' ? now : each.completedAt,
      }))
      const { status, body } = await t.call('POST', '/api/v1/transactions', t.sourceKey, rows)
      expect(status).toBe(202)
      expect(body.verdicts).toHaveLength(rows.length)
      const all = await t.app.db
        .selectFrom('transaction')
        .leftJoin('survey', 'survey.id', 'transaction.id')
        .leftJoin('suppression', 'suppression.transactionId', 'transaction.id')
        .select(['transaction.id', 'survey.id as surveyId', 'suppression.reason'])
        .execute()
      expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
      expect(
        all.filter(({ surveyId, reason }) => (surveyId === null) === (reason === null)),
      ).toEqual([])
      for (const { reason } of all) if (reason !== null) reasons.add(reason)
    }),
    // The database remembers earlier runs, so a smaller case would show something else.
    { numRuns: 12, endOnFailure: true },
  )
  // The rows really were of many kinds.
  expect(reasons.size).toBeGreaterThan(3)
  expect(await t.app.db.selectFrom('survey').select('id').limit(1).execute()).toHaveLength(1)
})
