import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { changeStaff, createStaff, issueOneTimePassword } from '../../src/staff/staff.ts'
import { centre, testApp, type TestApp } from '../support/app.ts'
import { browser, type Browser } from '../support/browser.ts'

let t: TestApp
let count = 0
beforeAll(async () => (t = await testApp()))
afterAll(async () => t.close())

const good = 'a long enough secret'

/** A person with a password, and the one-time password they were given. */
async function person(role: 'agent' | 'administrator' = 'agent', unitCode = centre) {
  const name = `人员${count++}`
  const staff = await createStaff(t.app, 'test', { name, role, unitCode })
  const oneTime = await issueOneTimePassword(t.app, 'test', staff)
  return { ...staff, oneTime }
}

/** Somebody who has signed in and chosen a password. */
async function settled(role: 'agent' | 'administrator' = 'agent', unitCode = centre) {
  const staff = await person(role, unitCode)
  const desk = browser(t.url)
  await desk.signIn(staff.name, staff.oneTime)
  await desk.call('POST', '/api/v1/session/password', { current: staff.oneTime, next: good })
  return { ...staff, desk }
}

const signedIn = async (desk: Browser) => (await desk.call('GET', '/api/v1/session')).status === 200
const refused = (code: string) =>
  expect.objectContaining({ body: expect.objectContaining({ code }) })

describe('signing in', () => {
  test('the answer says who one is, and the cookie is for this site and no script', async () => {
    const staff = await person()
    const desk = browser(t.url)
    const answer = await desk.signIn(staff.name, staff.oneTime)
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({
      staff: {
        id: staff.id,
        name: staff.name,
        role: 'agent',
        unitCode: centre,
        unitName: '民意中心',
      },
      mustChangePassword: true,
      sandbox: true,
    })
    expect(answer.setCookie).toMatch(
      /^huifang_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    )
    expect((await desk.call('GET', '/api/v1/session')).body).toEqual(answer.body)
  })

  test('a one-time password opens nothing but the change of it', async () => {
    const staff = await person()
    const desk = browser(t.url)
    await desk.signIn(staff.name, staff.oneTime)
    expect(await desk.call('GET', '/api/v1/triage')).toEqual(refused('auth.password_change_due'))
    await desk.call('POST', '/api/v1/session/password', { current: staff.oneTime, next: good })
    expect((await desk.call('GET', '/api/v1/triage')).status).toBe(200)
  })

  test('a wrong password, an unknown name, somebody who left and a person without one are told the same', async () => {
    const { name } = await person()
    const gone = await person()
    await changeStaff(t.app, 'test', { id: gone.id }, { active: false })
    const keyOnly = await createStaff(t.app, 'test', {
      name: '只有密钥',
      role: 'agent',
      unitCode: centre,
    })
    const answers = []
    for (const [who, password] of [
      [name, 'wrong'],
      ['没有此人', 'wrong'],
      [gone.name, gone.oneTime],
      [keyOnly.name, 'wrong'],
    ] as const) {
      const { status, body } = await browser(t.url).signIn(who, password)
      answers.push(JSON.stringify({ status, body }))
    }
    expect(new Set(answers).size).toBe(1)
    expect(answers[0]).toContain('auth.wrong_password')
  })

  test('what is kept of a session and a password opens nothing', async () => {
    const { desk } = await settled()
    const { rows } = await sql<{ all: string }>`
      SELECT (SELECT string_agg(session::text, '') FROM session) ||
             (SELECT string_agg(p::text, '') FROM staff_password p) AS all`.execute(t.app.db)
    expect(rows[0]!.all).not.toContain(desk.cookie()!.split('=')[1])
    expect(rows[0]!.all).not.toContain(good)
    expect(rows[0]!.all).toContain('$scrypt$ln=15,r=8,p=3$')
  })
})

describe('forged requests', () => {
  test('with a cookie, what changes something needs the session’s own token', async () => {
    const { desk } = await settled()
    const bare = { csrf: null }
    expect(await desk.call('POST', '/api/v1/callbacks/claim', {}, bare)).toEqual(
      refused('auth.csrf'),
    )
    const other = await settled()
    const foreign = { csrf: other.desk.csrf() }
    expect(await desk.call('POST', '/api/v1/callbacks/claim', {}, foreign)).toEqual(
      refused('auth.csrf'),
    )
    expect(await desk.call('POST', '/api/v1/callbacks/claim', {})).toEqual(
      refused('callback.none_waiting'),
    )
    expect((await desk.call('GET', '/api/v1/triage', undefined, bare)).status).toBe(200)
  })

  test('a key needs none, and a bad key is not rescued by a cookie', async () => {
    const { desk } = await settled()
    const key = await t.staffKey('agent')
    const { body } = await t.call('POST', '/api/v1/callbacks/claim', key, {})
    expect(body.code).toBe('callback.none_waiting')
    const both = await desk.call('GET', '/api/v1/triage', undefined, {
      headers: { authorization: 'Bearer hf_wrong' },
    })
    expect(both).toEqual(refused('auth.invalid'))
  })
})

describe('sessions end', () => {
  const age = (column: 'last_seen_at' | 'expires_at', by: string, staffId: string) =>
    sql`UPDATE session SET ${sql.ref(column)} = ${sql.ref(column)} - ${by}::interval WHERE staff_id = ${staffId}`.execute(
      t.app.db,
    )

  test('after the idle time, which use moves on', async () => {
    const { desk, id } = await settled()
    await age('last_seen_at', '29 minutes', id)
    expect(await signedIn(desk)).toBe(true)
    await age('last_seen_at', '29 minutes', id)
    expect(await signedIn(desk)).toBe(true)
    await age('last_seen_at', '31 minutes', id)
    expect(await signedIn(desk)).toBe(false)
  })

  test('requests that a page makes by itself keep no session alive', async () => {
    const { desk, id } = await settled()
    await age('last_seen_at', '29 minutes', id)
    await desk.call('GET', '/api/v1/session', undefined, {
      headers: { 'x-huifang-unattended': '1' },
    })
    await age('last_seen_at', '2 minutes', id)
    expect(await signedIn(desk)).toBe(false)
  })

  test('after the absolute time, however busy', async () => {
    const { desk, id } = await settled()
    await age('expires_at', '12 hours', id)
    expect(await desk.call('GET', '/api/v1/session')).toEqual(refused('auth.session_ended'))
  })

  test('when one signs out', async () => {
    const { desk } = await settled()
    const cookie = desk.cookie()!
    expect((await desk.call('DELETE', '/api/v1/session')).status).toBe(200)
    expect(desk.cookie()).toBeNull()
    expect(await signedIn(browser(t.url, cookie))).toBe(false)
  })

  test('all others, when the password changes', async () => {
    const { desk, name } = await settled()
    const phone = browser(t.url)
    await phone.signIn(name, good)
    const change = { current: good, next: 'another good secret' }
    expect((await desk.call('POST', '/api/v1/session/password', change)).status).toBe(200)
    expect([await signedIn(desk), await signedIn(phone)]).toEqual([true, false])
  })

  test('all, when the role changes, the person leaves or an administrator resets the password', async () => {
    for (const act of [
      (id: string) => changeStaff(t.app, 'test', { id }, { role: 'auditor' }),
      (id: string) => changeStaff(t.app, 'test', { id }, { active: false }),
      (id: string) => issueOneTimePassword(t.app, 'test', { id }),
    ]) {
      const { desk, id } = await settled()
      await act(id)
      expect(await signedIn(desk)).toBe(false)
    }
  })

  test('one by one from the list: the own ones, and for an administrator those of the own scope', async () => {
    const { desk, name, id } = await settled()
    const phone = browser(t.url)
    await phone.signIn(name, good)
    const list = async (by: Browser, query = '') =>
      (await by.call('GET', `/api/v1/sessions${query}`)).body.sessions as {
        id: string
        current: boolean
      }[]
    const own = await list(desk)
    expect(own.filter(({ current }) => current)).toHaveLength(1)
    expect(own).toHaveLength(2)
    const other = own.find(({ current }) => !current)!
    const stranger = await settled()
    expect((await stranger.desk.call('DELETE', `/api/v1/sessions/${other.id}`)).status).toBe(404)
    expect((await stranger.desk.call('GET', `/api/v1/sessions?staffId=${id}`)).status).toBe(404)
    expect((await desk.call('DELETE', `/api/v1/sessions/${other.id}`)).status).toBe(200)
    expect([await signedIn(desk), await signedIn(phone)]).toEqual([true, false])

    const elsewhere = await settled('administrator', 'PCS2')
    await changeStaff(t.app, 'test', { id: elsewhere.id }, { scopeCode: 'FJ2' })
    await elsewhere.desk.signIn(elsewhere.name, good)
    expect((await elsewhere.desk.call('GET', `/api/v1/sessions?staffId=${id}`)).status).toBe(404)
    const administrator = await settled('administrator')
    const [last] = await list(administrator.desk, `?staffId=${id}`)
    expect((await administrator.desk.call('DELETE', `/api/v1/sessions/${last!.id}`)).status).toBe(
      200,
    )
    expect(await signedIn(desk)).toBe(false)
  })
})

describe('choosing a password', () => {
  test('a refusal names the field and the reason, and changes nothing', async () => {
    const { desk, name } = await settled()
    const change = (current: string, next: string) =>
      desk.call('POST', '/api/v1/session/password', { current, next })
    expect((await change(good, 'short')).body).toMatchObject({
      code: 'staff.password_refused',
      field: 'next',
      message: '密码至少需要 10 个字符',
    })
    expect((await change('not it', 'another good secret')).body).toMatchObject({
      code: 'auth.wrong_current_password',
      field: 'current',
    })
    expect((await change(good, good)).body.code).toBe('staff.password_refused')
    expect((await browser(t.url).signIn(name, good)).status).toBe(200)
  })

  test('a key may not change the password of its person', async () => {
    const key = await t.staffKey('agent')
    const change = { current: good, next: 'another good secret' }
    expect((await t.call('POST', '/api/v1/session/password', key, change)).status).toBe(403)
  })
})
