import { afterEach, expect, test } from 'vitest'
import type { Call, CallEvent } from '../../src/telephony/telephony.ts'
import { testApp, type TestApp } from '../support/app.ts'
import { seedCallback } from '../support/cases.ts'

let t: TestApp
afterEach(async () => t.close())

const at = (id: string, verb: string) => `/api/v1/callbacks/${id}/${verb}`

test('without an exchange the person dials: the number is shown and nothing is dialled', async () => {
  t = await testApp()
  const id = await seedCallback(t.app)
  const key = await t.staffKey('agent')
  await t.call('POST', at(id, 'claim'), key, {})
  const { body } = await t.call('POST', at(id, 'number'), key, {})
  expect(body).toEqual({ phone: expect.stringMatching(/^1\d{10}$/), dialled: false })
})

test('an exchange is told whom to call once the call may begin, its events are on record, and it hangs up with the result', async () => {
  t = await testApp()
  const calls: Call[] = []
  const ended: string[] = []
  let tell: (event: CallEvent) => Promise<void> = async () => {}
  t.app.telephony = {
    async start(call, listener) {
      calls.push(call)
      tell = listener
      return { dialled: true }
    },
    async hangUp(callbackId) {
      ended.push(callbackId)
    },
  }
  const id = await seedCallback(t.app)
  const key = await t.staffKey('agent')
  // Who does not hold the case calls nobody.
  expect((await t.call('POST', at(id, 'number'), key, {})).status).toBe(409)
  expect(calls).toEqual([])
  await t.call('POST', at(id, 'claim'), key, {})
  const { body } = await t.call('POST', at(id, 'number'), key, {})
  expect(body.dialled).toBe(true)
  expect(calls).toMatchObject([{ callbackId: id, phone: body.phone }])
  await tell({ kind: 'answered' })
  await tell({ kind: 'ended', recordingReference: 'rec/2026/1' })
  await t.call('POST', at(id, 'attempts'), key, { result: 'busy' })
  expect(ended).toEqual([id])
  const entries = await t.app.db
    .selectFrom('audit')
    .select(['action', 'details'])
    .where('subject', '=', id)
    .where('action', 'like', 'call.%')
    .orderBy('id')
    .execute()
  expect(entries).toEqual([
    { action: 'call.answered', details: {} },
    { action: 'call.ended', details: { recordingReference: 'rec/2026/1' } },
  ])
})
