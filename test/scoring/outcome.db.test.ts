import { afterEach, expect, test } from 'vitest'
import { receiveReplies } from '../../src/evaluation/receive.ts'
import { systemClock } from '../../src/foundation/clock.ts'
import { idMaker } from '../../src/foundation/ids.ts'
import { dispatch } from '../../src/sms/dispatch.ts'
import { takeDueMessages } from '../../src/sms/take.ts'
import { freshPhone, row, testApp, until, type TestApp } from '../support/app.ts'

let t: TestApp
afterEach(async () => t.close())

test('an outcome tells of its reply although the worker that read it has a clock ten minutes behind', async () => {
  t = await testApp()
  const phone = freshPhone()
  await t.call('POST', '/api/v1/transactions', t.sourceKey, row('a', { citizen: { phone } }))
  for (const ids of await takeDueMessages(t.app, 10)) await dispatch(t.app, ids)
  t.gateway.reply({ phone, text: '1' })
  const { id } = await until('stored raw', () =>
    t.app.db.selectFrom('inbound').select('id').where('channel', '=', 'sms_up').executeTakeFirst(),
  )
  const behind = { ...systemClock, nowMs: () => systemClock.nowMs() - 600_000 }
  await receiveReplies({ ...t.app, newId: idMaker(behind) }, [id])
  const { content } = await t.app.db
    .selectFrom('outcome')
    .select('content')
    .executeTakeFirstOrThrow()
  expect(content).toMatchObject({ reply: { count: 1, latestRating: 'satisfied' } })
})
