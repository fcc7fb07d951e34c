import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createStaff, issueOneTimePassword } from '../../src/staff/staff.ts'
import { centre, testApp, type TestApp } from '../support/app.ts'
import { browser } from '../support/browser.ts'

let t: TestApp
beforeEach(async () => (t = await testApp()))
afterEach(async () => t.close())

async function person(name: string) {
  const staff = await createStaff(t.app, 'test', { name, role: 'agent', unitCode: centre })
  return { ...staff, password: await issueOneTimePassword(t.app, 'test', staff) }
}

const tryAs = async (name: string, password: string) =>
  (await browser(t.url).signIn(name, password)).body.code ?? 'in'
const fail = async (name: string, times: number) => {
  const codes = []
  for (let n = 0; n < times; n++) codes.push(await tryAs(name, `wrong ${n}`))
  return codes
}
const later = (by: string) =>
  sql`UPDATE sign_in_failure SET last_at = last_at - ${by}::interval, locked_until = locked_until - ${by}::interval`.execute(
    t.app.db,
  )

// Each try costs as much as it must.
describe('guessing', { timeout: 120_000 }, () => {
  test('after five wrong passwords nobody gets in for a minute, then two, and a good one starts afresh', async () => {
    const { name, password } = await person('张三')
    expect(await fail(name, 5)).toEqual(Array(5).fill('auth.wrong_password'))
    expect(await tryAs(name, password)).toBe('auth.locked')
    await later('61 seconds')
    expect(await fail(name, 2)).toEqual(['auth.wrong_password', 'auth.locked'])
    await later('61 seconds')
    expect(await tryAs(name, password)).toBe('auth.locked')
    await later('61 seconds')
    expect(await tryAs(name, password)).toBe('in')
    expect(await fail(name, 5)).toEqual(Array(5).fill('auth.wrong_password'))
  })

  test('a name that nobody has is locked just the same', async () => {
    expect(await fail('没有此人', 6)).toEqual([
      ...Array(5).fill('auth.wrong_password'),
      'auth.locked',
    ])
  })

  test('fifty tries at once are no more than five', async () => {
    const { name } = await person('张三')
    const codes = await Promise.all(Array.from({ length: 50 }, (_, n) => tryAs(name, `wrong ${n}`)))
    expect(codes.filter((code) => code === 'auth.wrong_password')).toHaveLength(5)
  })

  test('many names from one address are stopped by the address', async () => {
    await tryAs('猜', 'wrong')
    await sql`UPDATE sign_in_failure SET failures = 28 WHERE kind = 'address'`.execute(t.app.db)
    const codes = []
    for (let n = 0; n < 3; n++) codes.push(await tryAs(`猜${n}`, 'wrong'))
    expect(codes).toEqual(['auth.wrong_password', 'auth.wrong_password', 'auth.locked'])
  })

  test('the password form counts as well: a stolen desk is no place to guess', async () => {
    const { name, password } = await person('张三')
    const desk = browser(t.url)
    await desk.signIn(name, password)
    const guess = (current: string) =>
      desk.call('POST', '/api/v1/session/password', { current, next: 'a long enough secret' })
    for (let n = 0; n < 5; n++) {
      expect((await guess(`wrong ${n}`)).body.code).toBe('auth.wrong_current_password')
    }
    expect((await guess(password)).body.code).toBe('auth.locked')
  })

  test('a lock outlives a restart, an administrator lifts it, and a day forgets the failures', async () => {
    const { name, id } = await person('张三')
    await fail(name, 5)
    const password = await issueOneTimePassword(t.app, 'test', { id })
    expect(await tryAs(name, password)).toBe('in')
    await fail(name, 4)
    await later('25 hours')
    expect(await fail(name, 5)).toEqual(Array(5).fill('auth.wrong_password'))
  })

  test('every refusal is on record, without what was typed', async () => {
    const { name, id } = await person('张三')
    await tryAs(name, 'my secret')
    await tryAs('my secret', 'x')
    const rows = await t.app.db
      .selectFrom('audit')
      .select(['actor', 'subject', 'details'])
      .where('action', '=', 'session.refuse')
      .orderBy('id')
      .execute()
    expect(rows.map(({ subject }) => subject)).toEqual([id, 'unknown'])
    const { rows: all } = await sql<{ all: string }>`
      SELECT (SELECT string_agg(f::text, '') FROM sign_in_failure f) || ${JSON.stringify(rows)} AS all`.execute(
      t.app.db,
    )
    expect(all[0]!.all + t.logged.join('')).not.toMatch(/secret|张三/)
  })
})
