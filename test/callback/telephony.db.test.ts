import { afterEach, expect, test } from 'vitest'
import { testApp, type TestApp } from '../support/app.ts'
import { seedCallback } from '../support/cases.ts'

let t: TestApp
afterEach(async () => t.close())

const at = (id: string, verb: string) => `/api/v1/callbacks/${id}/${verb}`

test('without an exchange the person dials: the number is shown, and a call is refused with what to do', async () => {
  t = await testApp()
  const id = await seedCallback(t.app)
  const key = await t.staffKey('agent')
  await t.call('POST', at(id, 'claim'), key, {})
  const { body } = await t.call('POST', at(id, 'number'), key, {})
  expect(body).toEqual({ phone: expect.stringMatching(/^1\d{10}$/) })
  const refused = await t.call('POST', at(id, 'call'), key, {})
  expect([refused.status, refused.body.code]).toEqual([409, 'telephony.none'])
  expect((await t.call('GET', '/api/v1/telephony/phone', key)).body).toEqual({
    dials: false,
    extension: null,
    state: 'none',
  })
})
