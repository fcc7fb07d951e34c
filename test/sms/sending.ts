import { sql } from 'kysely'
import { expect } from 'vitest'
import { dispatch } from '../../src/sms/dispatch.ts'
import { takeDueMessages } from '../../src/sms/take.ts'
import { row, type TestApp } from '../support/app.ts'

/** Pushes transactions, and makes their texts due at once. */
export async function queueTexts(t: TestApp, rows: object[]): Promise<void> {
  const { status, body } = await t.call('POST', '/api/v1/transactions', t.sourceKey, rows)
  expect(status).toBe(202)
  expect(body.verdicts.filter(({ surveyed }: { surveyed: boolean }) => !surveyed)).toEqual([])
  await makeDue(t)
}

export function rowsOf(unitCode: string, count: number, change: object = {}): object[] {
  return Array.from({ length: count }, (_, index) =>
    row(`${unitCode}-${index}-${JSON.stringify(change)}`, { unitCode, ...change }),
  )
}

/** Whatever waits for later is due now. */
export async function makeDue(t: TestApp): Promise<void> {
  await t.app.db
    .updateTable('message')
    .set({ dueAt: sql`now()`, lookAt: sql`now()` })
    .where('state', '=', 'queued')
    .execute()
}

/** As after a while without texts: the bucket is full. */
export async function fillBucket(t: TestApp): Promise<void> {
  await t.app.db
    .updateTable('sendingRate')
    .set({ refilledAt: sql`now() - interval '1 minute'` })
    .execute()
}

/** One round of relay and workers, without either. */
export async function sendDue(t: TestApp): Promise<void> {
  await fillBucket(t)
  for (const ids of await takeDueMessages(t.app, 1_000)) await dispatch(t.app, ids)
}

/** The texts in the order in which they were queued. */
export async function textsOf(t: TestApp) {
  return t.app.db.selectFrom('message').selectAll().orderBy('id').execute()
}

export async function statesOf(t: TestApp): Promise<string[]> {
  return (await textsOf(t)).map(({ state }) => state)
}
