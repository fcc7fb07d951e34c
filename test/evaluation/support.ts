import { sql } from 'kysely'
import { expect } from 'vitest'
import { receiveReplies } from '../../src/evaluation/receive.ts'
import { formatProviderTime } from '../../src/sms/provider-time.ts'
import { dateAt } from '../../src/foundation/clock.ts'
import { dispatch } from '../../src/sms/dispatch.ts'
import { storeRaw } from '../../src/sms/inbound.ts'
import { takeDueMessages } from '../../src/sms/take.ts'
import { freshPhone, row, type TestApp } from '../support/app.ts'

/** One reply of a push, as the provider writes it. */
export interface PushedReply {
  phone: string
  text: string
  /** Seconds after the test's own noon. */
  second?: number
  sequenceId?: string
}

const noon = dateAt(1_795_000_000_000)
let sequence = 0

export function pushBody(replies: readonly PushedReply[]): string {
  return JSON.stringify(
    replies.map(({ phone, text, second = 0, sequenceId = String(++sequence) }) => ({
      phone_number: phone,
      content: text,
      send_time: formatProviderTime(dateAt(noon.getTime() + second * 1000)),
      dest_code: '10690',
      sequence_id: sequenceId,
    })),
  )
}

/** Stores one push raw, without having it understood. */
export async function storePush(t: TestApp, ...replies: PushedReply[]): Promise<string> {
  const [id] = await storeRaw(t.app, [{ channel: 'sms_up', body: pushBody(replies) }])
  return id!
}

/** Stores one push and has it understood. */
export async function reply(t: TestApp, ...replies: PushedReply[]): Promise<void> {
  await receiveReplies(t.app, [await storePush(t, ...replies)])
}

/** Sends every text that waits, now. */
export async function sendAll(t: TestApp): Promise<void> {
  await t.app.db
    .updateTable('message')
    .set({ dueAt: sql`now()`, lookAt: sql`now()` })
    .where('state', '=', 'queued')
    .execute()
  for (const ids of await takeDueMessages(t.app, 1_000)) await dispatch(t.app, ids)
}

let cases = 0

/** Pushes a transaction and sends its text; returns the case and the number. */
export async function ask(
  t: TestApp,
  change: { phone?: string; name?: string | null; unitCode?: string; business?: string } = {},
): Promise<{ id: string; phone: string }> {
  const { phone = freshPhone(), name = '张三', ...rest } = change
  const citizen = name === null ? { phone } : { phone, name }
  const pushed = await t.call(
    'POST',
    '/api/v1/transactions',
    t.sourceKey,
    row(`e${++cases}`, { citizen, ...rest }),
  )
  expect(pushed.body.verdicts[0]).toMatchObject({ surveyed: true })
  await sendAll(t)
  return { id: pushed.body.verdicts[0].transactionId, phone }
}

export const surveyOf = (t: TestApp, id: string) =>
  t.app.db.selectFrom('survey').selectAll().where('id', '=', id).executeTakeFirstOrThrow()

export const repliesOf = (t: TestApp, id: string) =>
  t.app.db.selectFrom('reply').selectAll().where('caseId', '=', id).orderBy('id').execute()

export const callbacksOf = (t: TestApp, id: string) =>
  t.app.db.selectFrom('callback').selectAll().where('caseId', '=', id).orderBy('id').execute()

export const triageOf = (t: TestApp) =>
  t.app.db.selectFrom('triage').selectAll().orderBy('replyId').execute()

/** The newest revision of a case's outcome. */
export async function outcomeOf(t: TestApp, id: string) {
  const revision = await t.app.db
    .selectFrom('outcome')
    .select(['revision', 'result', 'content'])
    .where('outcomeId', '=', id)
    .orderBy('revision', 'desc')
    .executeTakeFirstOrThrow()
  // oxlint-disable-next-line typescript/no-explicit-any -- read by assertions
  return { ...revision, content: revision.content as any }
}
