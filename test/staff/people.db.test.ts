import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createStaffKey } from '../../src/staff/keys.ts'
import { createStaff, type NewStaff } from '../../src/staff/staff.ts'
import { centre, station, testApp, type TestApp } from '../support/app.ts'
import { browser } from '../support/browser.ts'

let t: TestApp
beforeAll(async () => (t = await testApp()))
afterAll(async () => t.close())

let counter = 0
async function administrator(scopeCode: string) {
  const person: NewStaff = {
    name: `管理${counter++}`,
    role: 'administrator',
    unitCode: centre,
    scopeCode,
  }
  const { id } = await createStaff(t.app, 'test', person)
  return { id, key: await createStaffKey(t.app, id) }
}
const send = async (method: string, path: string, key: string, body?: unknown) => {
  const response = await fetch(`${t.url}/api/v1/staff${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
  })
  // oxlint-disable-next-line typescript/no-explicit-any -- answers of several shapes
  return { status: response.status, body: (await response.json()) as any }
}

describe('people', () => {
  test('an administrator registers somebody, who signs in once with the password that was told', async () => {
    const { key } = await administrator('ROOT')
    const made = await send('POST', '', key, { name: ' 王五 ', role: 'handler', unitCode: station })
    expect(made).toMatchObject({
      status: 201,
      body: { staff: { name: '王五', unitCode: station, scopeCode: station } },
    })
    const signedIn = await browser(t.url).signIn('王五', made.body.oneTimePassword)
    expect(signedIn.body.mustChangePassword).toBe(true)
    const again = await send('POST', '', key, { name: '王五', role: 'agent', unitCode: centre })
    expect(again).toMatchObject({ status: 409, body: { code: 'staff.name_taken', field: 'name' } })
    const unknown = await send('POST', '', key, { name: '甲', role: 'agent', unitCode: 'NOWHERE' })
    expect(unknown).toMatchObject({
      status: 400,
      body: { code: 'staff.unit_unknown', field: 'unitCode' },
    })
  })

  test('nobody gives what they do not have', async () => {
    const { key } = await administrator('FJ1')
    const wanted = { name: '乙', role: 'agent', unitCode: station }
    // Who works for a station's bureau works for all of FJ1, which is all that this administrator has.
    expect((await send('POST', '', key, wanted)).body.staff).toMatchObject({ scopeCode: 'FJ1' })
    for (const [field, change] of [
      ['scopeCode', { scopeCode: 'ROOT' }],
      ['unitCode', { unitCode: 'FJ2', scopeCode: 'FJ1' }],
    ] as const) {
      expect(await send('POST', '', key, { ...wanted, name: '丙', ...change })).toMatchObject({
        status: 403,
        body: { code: 'staff.outside_scope', field },
      })
    }
    // Somebody of the own part who works for the whole bureau: neither their rights nor their password.
    const { id } = await createStaff(t.app, 'test', {
      name: '丁',
      role: 'administrator',
      unitCode: station,
      scopeCode: 'ROOT',
    })
    expect((await send('POST', `/${id}/password`, key)).status).toBe(404)
    expect((await send('PATCH', `/${id}`, key, { active: false })).status).toBe(404)
  })

  test('nobody changes the own rights, and whoever leaves loses keys and sessions at once', async () => {
    const boss = await administrator('ROOT')
    const own = await send('PATCH', `/${boss.id}`, boss.key, { active: false })
    expect(own).toMatchObject({ status: 409, body: { code: 'staff.self' } })
    const leaver = await administrator('ROOT')
    expect((await send('GET', '', leaver.key)).status).toBe(200)
    expect((await send('PATCH', `/${leaver.id}`, boss.key, { active: false })).status).toBe(200)
    expect((await send('GET', '', leaver.key)).status).toBe(401)
    await send('PATCH', `/${leaver.id}`, boss.key, { active: true })
    expect((await send('GET', '', leaver.key)).status).toBe(401)
    const empty = await send('PATCH', `/${leaver.id}`, boss.key, {})
    expect(empty.status).toBe(400)
  })
})
