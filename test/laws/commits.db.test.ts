import { Client } from 'pg'
import { afterEach, describe, expect, test } from 'vitest'
import { conclude } from '../../src/survey/conclude.ts'
import { freshPhone, row, testApp, until, type TestApp } from '../support/app.ts'

let t: TestApp
let owner: Client
afterEach(async () => {
  await owner.end()
  await t.close()
})

async function start(policy: NonNullable<Parameters<typeof testApp>[0]>['policy'] = () => {}) {
  t = await testApp({ policy })
  owner = new Client({ connectionString: t.ownerUrl })
  await owner.connect()
}

/** From now on there is no room for new rows of this table; what is returned makes room. */
const refuse = (table: string) => refuseChange(`INSERT ON ${table} FOR EACH ROW`)

async function refuseChange(change: string): Promise<() => Promise<unknown>> {
  await owner.query(`
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      RAISE 'refused' USING ERRCODE = 'disk_full'; END $$;
    CREATE TRIGGER refuse BEFORE ${change} EXECUTE FUNCTION refuse()`)
  return () => owner.query('DROP FUNCTION refuse CASCADE')
}

async function count(table: string): Promise<number> {
  const { rows } = await owner.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`)
  return rows[0]!.n
}

const survey = () => t.app.db.selectFrom('survey').selectAll().executeTakeFirstOrThrow()

async function asked(): Promise<string> {
  const phone = freshPhone()
  await t.call('POST', '/api/v1/transactions', t.sourceKey, row('a', { citizen: { phone } }))
  await until('open', async () => (await survey()).state === 'open')
  return phone
}

const logged = (what: string) =>
  until(what, async () => t.logged.some((line) => line.includes(what)))

describe('law 2: a change and the proof of its work commit together', () => {
  test.each(['callback', 'outcome', 'outbox'])(
    'law 2: a reply whose %s cannot be written changes nothing, and is understood once it can',
    async (table) => {
      await start((policy) => void (policy.survey.replyWindowSeconds = 3_600))
      await t.work()
      const phone = await asked()
      const allow = await refuse(table)
      t.gateway.reply({ phone, text: '不满意' })
      await logged('refused')
      expect(await count('inbound')).toBeGreaterThan(0)
      for (const each of ['reply', 'callback', 'outcome', 'outbox', 'triage'])
        expect([each, await count(each)]).toEqual([each, 0])
      expect(await survey()).toMatchObject({ state: 'open', firstRating: null })
      await allow()
      await owner.query(`UPDATE inbound SET look_at = now() WHERE state = 'raw'`)
      await until('callback', async () => (await count('callback')) === 1)
      expect(await count('reply')).toBe(1)
      expect(await count('outcome')).toBe(1)
      expect(await survey()).toMatchObject({ state: 'answered', firstRating: 'dissatisfied' })
    },
  )

  test.each(['outcome', 'audit'])(
    'law 2: a callback whose %s cannot be written is not resolved, and its try not recorded',
    async (table) => {
      await start((policy) => void (policy.survey.replyWindowSeconds = 3_600))
      await t.work()
      t.gateway.reply({ phone: await asked(), text: '不满意' })
      await until('callback', async () => (await count('callback')) === 1)
      const agent = await t.staffKey('agent')
      const { body } = await t.call('POST', '/api/v1/callbacks/claim', agent, {})
      const before = await count('outcome')
      const resolve = () =>
        t.call('POST', `/api/v1/callbacks/${body.callback.id}/attempts`, agent, {
          result: 'reached',
          finding: 'upheld',
          rating: 'dissatisfied',
        })
      const state = async () =>
        (await t.app.db.selectFrom('callback').select('state').executeTakeFirstOrThrow()).state
      const allow = await refuse(table)
      expect((await resolve()).status).toBeGreaterThanOrEqual(500)
      expect([await state(), await count('attempt'), await count('outcome')]).toEqual([
        'claimed',
        0,
        before,
      ])
      await allow()
      expect((await resolve()).status).toBe(200)
      expect([await state(), await count('attempt'), await count('outcome')]).toEqual([
        'resolved',
        1,
        before + 1,
      ])
    },
  )

  test('law 2: a survey whose outcome cannot be written does not expire', async () => {
    await start((policy) => void (policy.survey.replyWindowSeconds = 3_600))
    const stop = await t.work()
    await asked()
    await stop()
    await owner.query(`UPDATE survey SET expires_at = now(), look_at = now()`)
    const { id } = await survey()
    const allow = await refuse('outcome')
    await expect(conclude(t.app, [id])).rejects.toThrow('refused')
    expect((await survey()).state).toBe('open')
    await allow()
    await conclude(t.app, [id])
    expect((await survey()).state).toBe('expired')
    expect(await count('outcome')).toBe(1)
  })
  test('law 2: no outcome is told of a survey that cannot be closed', async () => {
    await start((policy) => void (policy.survey.replyWindowSeconds = 3_600))
    const stop = await t.work()
    await asked()
    await stop()
    await owner.query(`UPDATE survey SET expires_at = now(), late_until = now(), look_at = now()`)
    const { id } = await survey()
    const allow = await refuseChange(`UPDATE ON survey FOR EACH ROW WHEN (NEW.state = 'closed')`)
    await expect(conclude(t.app, [id])).rejects.toThrow('refused')
    expect((await survey()).state).toBe('open')
    expect(await count('outcome')).toBe(0)
    await allow()
    await conclude(t.app, [id])
    expect((await survey()).state).toBe('closed')
    expect(await count('outcome')).toBe(1)
  })
})
