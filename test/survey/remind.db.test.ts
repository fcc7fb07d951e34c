import { sql } from 'kysely'
import { afterEach, describe, expect, test } from 'vitest'
import { nowPlus } from '../../src/foundation/database.ts'
import { conclude } from '../../src/survey/conclude.ts'
import { takeEnding } from '../../src/survey/store.ts'
import { row, testApp, until, type TestApp } from '../support/app.ts'
import { makeDue, queueTexts, sendDue } from '../sms/sending.ts'

let t: TestApp
afterEach(async () => t.close())

const reminding = () =>
  testApp({
    policy({ survey }) {
      survey.remindAfterSeconds = 3_600
      survey.replyWindowSeconds = 7_200
    },
  })
/** As if so much time had passed since the texts went out. */
const pass = (minutes: number) =>
  t.app.db
    .updateTable('survey')
    .set({
      sentAt: sql`sent_at - make_interval(mins => ${minutes})`,
      expiresAt: sql`expires_at - make_interval(mins => ${minutes})`,
      lookAt: sql`look_at - make_interval(mins => ${minutes})`,
    })
    .execute()
async function look(): Promise<void> {
  for (const ids of await takeEnding(t.app, 100)) await conclude(t.app, ids)
}
const texts = async () =>
  (
    await t.app.db
      .selectFrom('message')
      .select(['purpose', 'state', 'reason'])
      .orderBy('id')
      .execute()
  ).map(({ purpose, state, reason }) => [purpose, state, reason])
const ask = ['ask', 'accepted', null]

describe('the reminder', () => {
  test('goes to whom said nothing, once, and the survey ends at its own time', async () => {
    t = await reminding()
    await queueTexts(t, [row('a')])
    await sendDue(t)
    await look()
    expect(await texts()).toHaveLength(1)
    await pass(61)
    await Promise.all([look(), look()])
    await look()
    await sendDue(t)
    expect((await texts()).map(([purpose]) => purpose)).toEqual(['ask', 'reminder'])
    expect(t.gateway.ledger().map(({ templateCode }) => templateCode)).toEqual([
      'SMS_800000001',
      'SMS_800000010',
    ])
    await pass(61)
    await look()
    expect(await t.app.db.selectFrom('survey').select(['state', 'disposition']).execute()).toEqual([
      { state: 'expired', disposition: 'no_reply' },
    ])
  })

  test('is not sent to whom replied after it was queued', async () => {
    t = await reminding()
    const sent = row('a')
    await queueTexts(t, [sent])
    await sendDue(t)
    await pass(61)
    await look()
    // It is not its hour yet.
    await t.app.db
      .updateTable('message')
      .set({ dueAt: nowPlus(3_600), lookAt: nowPlus(3_600) })
      .where('state', '=', 'queued')
      .execute()
    const stop = await t.work()
    t.gateway.reply({ phone: sent.citizen.phone, text: '1' })
    await until('the reply', async () =>
      t.app.db
        .selectFrom('survey')
        .select('id')
        .where('firstRating', '=', 'satisfied')
        .executeTakeFirst(),
    )
    await stop()
    await makeDue(t)
    await sendDue(t)
    expect(await texts()).toContainEqual(['reminder', 'dropped', 'not_wanted'])
    expect(t.gateway.ledger().map((each) => each.templateCode)).not.toContain('SMS_800000010')
  })

  test('is left out where no text has the same scale as the one that asked', async () => {
    t = await reminding()
    await t.app.db
      .updateTable('templateVersion')
      .set({ state: 'retired' })
      .where('purpose', '=', 'reminder')
      .where('business', '=', '车管')
      .execute()
    await queueTexts(t, [row('a', { business: '车管' }), row('b')])
    await sendDue(t)
    await pass(61)
    await look()
    expect((await texts()).map(([purpose]) => purpose)).toEqual(['ask', 'ask', 'reminder'])
  })

  test('is not sent where the policy has none', async () => {
    t = await testApp()
    await queueTexts(t, [row('a')])
    await sendDue(t)
    await pass(0)
    await t.app.db
      .updateTable('survey')
      .set({ lookAt: sql`now()` })
      .execute()
    await look()
    expect(await texts()).toEqual([[...ask.slice(0, 1), expect.any(String), null]])
  })
})
