import { Client } from 'pg'
import { afterEach, describe, expect, test } from 'vitest'
import { freshPhone, testApp, until, type TestApp } from '../support/app.ts'

let t: TestApp
let admin: Client
afterEach(async () => {
  await present()
  await admin.end()
  await t.close()
})

const database = () => new URL(t.ownerUrl).pathname.slice(1)

/** The database takes no connection, and those that stood are cut. */
async function away(): Promise<void> {
  await admin.query(`ALTER DATABASE ${database()} ALLOW_CONNECTIONS false`)
  await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1`, [
    database(),
  ])
}
const present = () => admin.query(`ALTER DATABASE ${database()} ALLOW_CONNECTIONS true`)

async function start(retryMs: readonly number[]): Promise<void> {
  t = await testApp({ gateway: { pushes: { retryMs: [...retryMs] } } })
  const url = new URL(t.ownerUrl)
  url.pathname = '/postgres'
  admin = new Client({ connectionString: url.href })
  await admin.connect()
}

const path = (what: string) => `/hooks/aliyun/${t.environment['HUIFANG_HOOK_TOKEN']}/${what}`

describe('law 5: what is not stored is not acknowledged', () => {
  test.each(['sms-up', 'sms-report'])(
    'law 5: a push to %s while the database is away is refused, and taken in when it is sent again',
    async (what) => {
      await start([])
      await away()
      const refused = await t.call('POST', path(what), undefined, '[]')
      expect(refused.status).toBeGreaterThanOrEqual(500)
      expect(refused.body).not.toMatchObject({ code: 0 })
      await present()
      expect(await t.call('POST', path(what), undefined, '[]')).toMatchObject({ status: 200 })
      expect(await t.app.db.selectFrom('inbound').select('id').execute()).toHaveLength(1)
    },
  )

  test('law 5: a reply that came while nothing could be stored is taken in by the provider’s next try', async () => {
    await start(Array.from({ length: 40 }, () => 250))
    await t.work()
    const client = new Client({ connectionString: t.ownerUrl })
    await client.connect()
    await client.query('ALTER TABLE inbound RENAME TO inbound_away')
    t.gateway.reply({ phone: freshPhone(), text: '你好' })
    await until('a refusal', async () => t.logged.some((line) => line.includes('inbound')))
    await client.query('ALTER TABLE inbound_away RENAME TO inbound')
    await client.end()
    await until('the reply', () => t.app.db.selectFrom('reply').select('id').executeTakeFirst())
    expect(await t.app.db.selectFrom('inbound').select('id').execute()).toHaveLength(1)
  })
})
