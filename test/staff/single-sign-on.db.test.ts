import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { changeStaff, createStaff } from '../../src/staff/staff.ts'
import { callbackPath } from '../../src/staff/single-sign-on.ts'
import { centre, testApp, type TestApp } from '../support/app.ts'
import { browser } from '../support/browser.ts'
import {
  client,
  freePort,
  startIdentityProvider,
  walk,
  type IdentityProvider,
} from '../support/identity-provider.ts'

let t: TestApp
let provider: IdentityProvider
beforeAll(async () => {
  const port = await freePort()
  const publicUrl = `http://127.0.0.1:${port}`
  provider = await startIdentityProvider(publicUrl + callbackPath)
  t = await testApp({
    environment: {
      HUIFANG_PORT: String(port),
      HUIFANG_PUBLIC_URL: publicUrl,
      HUIFANG_OIDC_ISSUER: provider.issuer,
      HUIFANG_OIDC_CLIENT_ID: client.id,
      HUIFANG_OIDC_CLIENT_SECRET: client.secret,
    },
  })
})
afterAll(async () => {
  await t.close()
  await provider.close()
})

const ours = (url: URL) => url.host === new URL(t.url).host
const atConsole = (url: URL) => ours(url) && url.pathname === '/'
const signInAs = (name: string) => walk(`${t.url}/api/v1/single-sign-on`, name, atConsole)
const person = (name: string) =>
  createStaff(t.app, 'test', { name, role: 'agent', unitCode: centre })

describe('single sign-on', () => {
  test('whoever the provider knows by the name of a registered person is signed in as that person', async () => {
    const { id } = await person('李四')
    const { arrivedAt, jar } = await signInAs('李四')
    expect(arrivedAt.search).toBe('')
    const cookies = jar.get(arrivedAt.host)!
    expect([...cookies.keys()]).toEqual(['huifang_session'])
    const desk = browser(t.url, `huifang_session=${cookies.get('huifang_session')}`)
    const { body } = await desk.call('GET', '/api/v1/session')
    expect(body).toMatchObject({ staff: { id, name: '李四' }, mustChangePassword: false })
    const { body: list } = await desk.call('GET', '/api/v1/sessions')
    expect(list.sessions).toMatchObject([{ method: 'single_sign_on', current: true }])
    expect((await desk.call('GET', '/api/v1/session/ways')).body.singleSignOn).toBe(true)
  })

  test('nobody is registered by it: an unknown name and one who left are refused, in words the console finds', async () => {
    const gone = await person('赵六')
    await changeStaff(t.app, 'test', { id: gone.id }, { active: false })
    for (const name of ['无名氏', '赵六']) {
      const { arrivedAt, jar } = await signInAs(name)
      expect(arrivedAt.search).toBe('?refused=auth.sso_unknown')
      expect([...jar.get(arrivedAt.host)!.keys()]).toEqual([])
    }
  })

  test('a way back that was not begun in this browser is refused', async () => {
    await person('钱七')
    const atCallback = (url: URL) => ours(url) && url.pathname === callbackPath
    // An attacker walks up to the last step and has somebody else's browser take it.
    const { arrivedAt, jar } = await walk(`${t.url}/api/v1/single-sign-on`, '钱七', atCallback)
    const take = async (url: string, cookie: string) =>
      (await fetch(url, { redirect: 'manual', headers: { cookie } })).headers.get('location')
    const errand = `huifang_errand=${jar.get(arrivedAt.host)!.get('huifang_errand')}`
    const foreign = await walk(`${t.url}/api/v1/single-sign-on`, '李四', atCallback)
    const foreignErrand = `huifang_errand=${foreign.jar.get(arrivedAt.host)!.get('huifang_errand')}`
    const refused = '/?refused=auth.sso_refused'
    expect(await take(arrivedAt.href, '')).toBe(refused)
    expect(await take(arrivedAt.href, 'huifang_errand=AAAA')).toBe(refused)
    expect(await take(arrivedAt.href, foreignErrand)).toBe(refused)
    const forged = new URL(arrivedAt)
    forged.searchParams.set('state', 'x')
    expect(await take(forged.href, errand)).toBe(refused)
    expect(await take(arrivedAt.href, errand)).toBe('/')
    // A code opens once.
    expect(await take(arrivedAt.href, errand)).toBe(refused)
    expect(t.logged.join('\n')).not.toContain(arrivedAt.searchParams.get('code'))
  })

  test('while the provider is away, the way out leads to the console with a reason', async () => {
    const away = await testApp({
      environment: {
        HUIFANG_PUBLIC_URL: 'http://127.0.0.1:8080',
        HUIFANG_OIDC_ISSUER: 'http://127.0.0.1:9',
        HUIFANG_OIDC_CLIENT_ID: client.id,
        HUIFANG_OIDC_CLIENT_SECRET: client.secret,
      },
    })
    const response = await fetch(`${away.url}/api/v1/single-sign-on`, { redirect: 'manual' })
    expect(response.headers.get('location')).toBe('/?refused=auth.sso_away')
    await away.close()
  })
})
