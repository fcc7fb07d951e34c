import { sql } from 'kysely'
import { Client } from 'pg'
import { afterEach, describe, expect, test } from 'vitest'
import { numberFeed, readFeed } from '../../src/scoring/feed.ts'
import { recordOutcomes } from '../../src/scoring/outcome.ts'
import { dispatch } from '../../src/sms/dispatch.ts'
import { reconcile } from '../../src/sms/reconcile.ts'
import { queueMessages } from '../../src/sms/queue.ts'
import { takeDueMessages } from '../../src/sms/take.ts'
import { freshPhone, row, station, testApp, until, type TestApp } from '../support/app.ts'

let t: TestApp
afterEach(async () => t.close())

async function push(rows: object | object[]) {
  const { status, body } = await t.call('POST', '/api/v1/transactions', t.sourceKey, rows)
  expect(status).toBe(202)
  return body.verdicts as Record<string, string>[]
}

const messages = () => t.app.db.selectFrom('message').selectAll().orderBy('id').execute()
const surveys = () => t.app.db.selectFrom('survey').selectAll().orderBy('id').execute()

/** Makes everything that is planned for later due at once. */
async function hurry() {
  await t.app.db
    .updateTable('message')
    .set({ dueAt: sql`now()`, lookAt: sql`now()` })
    .where('state', '=', 'queued')
    .execute()
  await t.app.db
    .updateTable('message')
    .set({ lookAt: sql`now()`, submittedAt: sql`submitted_at - interval '1 hour'` })
    .where('state', 'in', ['submitting', 'unknown'])
    .execute()
}

async function sendAll() {
  await hurry()
  for (const ids of await takeDueMessages(t.app, 1_000)) await dispatch(t.app, ids)
}

async function answered(phone: string, text: string): Promise<void> {
  await t.app.gateway.query(phone, '20260101')
  t.gateway.reply({ phone, text })
}

describe('law 1: PostgreSQL is the only truth', () => {
  test('law 1: what is queued is due again by itself when every job is lost', async () => {
    t = await testApp()
    await push(row('a'))
    await hurry()
    // Taken by the relay, and then the store of the jobs is emptied.
    expect((await takeDueMessages(t.app, 10)).flat()).toHaveLength(1)
    expect((await takeDueMessages(t.app, 10)).flat()).toHaveLength(0)
    await t.app.db
      .updateTable('message')
      .set({ lookAt: sql`look_at - interval '3 minutes'` })
      .execute()
    expect((await takeDueMessages(t.app, 10)).flat()).toHaveLength(1)
  })

  test('law 1: jobs carry ids and nothing else', async () => {
    t = await testApp()
    await expect(t.app.queues.wake('dispatch', ['13812345678'])).rejects.toThrow(/uuid/i)
  })
})

describe('law 2: a change and the proof of its work commit together', () => {
  test('law 2: when the transaction fails, neither survey nor text nor key stays', async () => {
    t = await testApp()
    const client = new Client({ connectionString: t.ownerUrl })
    await client.connect()
    await client.query(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON message_key FOR EACH ROW EXECUTE FUNCTION refuse()`)
    const { status } = await t.call('POST', '/api/v1/transactions', t.sourceKey, row('a'))
    expect(status).toBe(500)
    for (const table of ['transaction', 'transaction_key', 'survey', 'open_survey', 'message']) {
      const { rows } = await client.query(`SELECT count(*)::int AS n FROM ${table}`)
      expect([table, rows[0].n]).toEqual([table, 0])
    }
    await client.end()
  })
})

describe('law 3: a handler that runs twice does its effect once', () => {
  test('law 3: the same job four times at once sends one text', async () => {
    t = await testApp()
    await push(row('a'))
    await hurry()
    const [ids] = await takeDueMessages(t.app, 10)
    await Promise.all([1, 2, 3, 4].map(() => dispatch(t.app, ids!)))
    await dispatch(t.app, ids!)
    expect(t.gateway.ledger()).toHaveLength(1)
    expect((await surveys())[0]!.state).toBe('open')
  })
})

describe('law 4: nobody gets the same text twice', () => {
  test('law 4: a second text of the same case and purpose is not queued', async () => {
    t = await testApp()
    await push(row('a'))
    const [first] = await messages()
    const again = await queueMessages(t.app.db, [
      {
        id: t.app.newId(),
        caseId: first!.caseId,
        purpose: 'ask',
        phoneHash: first!.phoneHash,
        phoneSealed: first!.phoneSealed,
        templateVersionId: first!.templateVersionId,
        params: {},
        segments: 1,
        unitCode: station,
        priority: 1,
        dueAt: t.app.clock.now(),
      },
    ])
    expect(again).toEqual([])
    expect(await messages()).toHaveLength(1)
  })

  test.each([
    ['server_error', true],
    ['cut', true],
    ['html', true],
    ['empty_object', true],
  ] as const)(
    'law 4: after %s the text is unknown, is settled by asking, and goes out once',
    async (what, accept) => {
      t = await testApp({ gateway: { receiptDelayMs: 3_600_000 } })
      await push(row('a'))
      t.gateway.setFaults({ calls: [{ what, accept, times: 1 }] })
      await sendAll()
      expect((await messages())[0]!.state).toBe('unknown')
      expect((await surveys())[0]!.state).toBe('unknown')
      // Due or not, an unknown text is never sent again.
      await sendAll()
      await reconcile(
        t.app,
        (await messages()).map(({ id }) => id),
      )
      expect((await messages())[0]!.state).toBe('accepted')
      expect((await surveys())[0]!.state).toBe('open')
      expect(t.gateway.ledger()).toHaveLength(1)
    },
  )

  test('law 4: a text is given up only when the provider was shown twice, far enough apart, not to have it', async () => {
    t = await testApp({ policy: (policy) => void (policy.sms.unknownEmptyApartSeconds = 1800) })
    await push(row('a'))
    t.gateway.setFaults({ calls: [{ what: 'server_error', accept: false, times: 1 }] })
    await sendAll()
    const ids = (await messages()).map(({ id }) => id)
    await reconcile(t.app, ids)
    await reconcile(t.app, ids)
    expect((await messages())[0]).toMatchObject({ state: 'unknown', emptyQueries: 2 })
    await t.app.db
      .updateTable('message')
      .set({ firstEmptyAt: sql`now() - interval '31 minutes'` })
      .execute()
    await reconcile(t.app, ids)
    expect((await messages())[0]).toMatchObject({ state: 'rejected', reason: 'shown_not_sent' })
    expect((await surveys())[0]).toMatchObject({ state: 'failed', disposition: 'not_sent' })
    expect(t.gateway.ledger()).toHaveLength(0)
  })

  test('law 4: texts left in submitting by a crash become unknown, not queued', async () => {
    t = await testApp()
    await push(row('a'))
    await t.app.db
      .updateTable('message')
      .set({
        state: 'submitting',
        outId: t.app.newId(),
        submittedAt: sql`now() - interval '1 hour'`,
        lookAt: sql`now()`,
      })
      .execute()
    await t.app.db.updateTable('survey').set({ state: 'submitting' }).execute()
    await reconcile(
      t.app,
      (await messages()).map(({ id }) => id),
    )
    expect((await messages())[0]).toMatchObject({ state: 'unknown', emptyQueries: 1 })
  })

  test('law 4: one bad number in a batch costs the others nothing', async () => {
    t = await testApp()
    const bad = freshPhone()
    await push([row('a'), row('b', { citizen: { phone: bad } }), row('c')])
    t.gateway.setFaults({
      calls: [{ what: 'refuse', code: 'isv.MOBILE_NUMBER_ILLEGAL', phones: [bad] }],
    })
    await sendAll()
    expect((await messages()).map(({ state }) => state).sort()).toEqual([
      'accepted',
      'accepted',
      'rejected',
    ])
    expect(t.gateway.ledger().map(({ times }) => times)).toEqual([1, 1])
  })
})

describe('law 5: nothing that came in is lost', () => {
  test('law 5: an unreadable push is stored and acknowledged', async () => {
    t = await testApp()
    const path = `/hooks/aliyun/${t.environment['HUIFANG_HOOK_TOKEN']}/sms-up`
    expect(await t.call('POST', path, undefined, '{"half')).toEqual({
      status: 200,
      body: { code: 0, msg: '成功' },
    })
    expect(await t.app.db.selectFrom('inbound').select('state').execute()).toEqual([
      { state: 'raw' },
    ])
  })

  test('law 5: a reply nobody asked for is kept and offered to a person', async () => {
    t = await testApp()
    await t.work()
    await answered(freshPhone(), '1')
    const triage = await until('triage', () =>
      t.app.db.selectFrom('triage').selectAll().executeTakeFirst(),
    )
    expect(triage).toMatchObject({ reason: 'no_survey', caseId: null })
  })

  test('law 5: the same reply pushed twice is one reply', async () => {
    t = await testApp()
    await t.work()
    const path = `/hooks/aliyun/${t.environment['HUIFANG_HOOK_TOKEN']}/sms-up`
    const body = [
      {
        phone_number: freshPhone(),
        content: '你好',
        send_time: '2026-11-20 10:00:00',
        dest_code: '1',
        sequence_id: 7,
      },
    ]
    await t.call('POST', path, undefined, body)
    await t.call('POST', path, undefined, body)
    await until('understood', async () => {
      const rows = await t.app.db.selectFrom('inbound').select('state').execute()
      return rows.length === 2 && rows.every(({ state }) => state === 'understood')
    })
    expect(await t.app.db.selectFrom('reply').select('id').execute()).toHaveLength(1)
  })
})

/** A survey that was answered with dissatisfaction, and its callback. */
async function dissatisfied(externalId: string, unitCode = station): Promise<string> {
  const phone = freshPhone()
  await push(row(externalId, { citizen: { phone }, unitCode }))
  await until('sent', async () => t.gateway.ledger().some((entry) => entry.phone === phone))
  t.gateway.reply({ phone, text: '不满意' })
  const callback = await until('callback', () =>
    t.app.db
      .selectFrom('callback')
      .innerJoin('transaction', 'transaction.id', 'callback.caseId')
      .select('callback.id')
      .where('transaction.externalId', '=', externalId)
      .executeTakeFirst(),
  )
  return callback.id
}

describe('law 6: people pull', () => {
  test('law 6: many who claim at once never get the same callback', async () => {
    t = await testApp()
    await t.work()
    for (const each of ['a', 'b', 'c']) await dissatisfied(each)
    const keys = await Promise.all(Array.from({ length: 8 }, () => t.staffKey('agent')))
    const claims = await Promise.all(
      keys.map((key) => t.call('POST', '/api/v1/callbacks/claim', key, {})),
    )
    const got = claims.filter(({ status }) => status === 200).map(({ body }) => body.callback.id)
    expect(got).toHaveLength(3)
    expect(new Set(got).size).toBe(3)
  })

  test('law 6: a lease that ran out is no lease, and its holder is told so', async () => {
    t = await testApp()
    await t.work()
    await dissatisfied('a')
    const agent = await t.staffKey('agent')
    const { body } = await t.call('POST', '/api/v1/callbacks/claim', agent, {})
    await t.app.db
      .updateTable('callback')
      .set({ leaseUntil: sql`now() - interval '1 second'` })
      .execute()
    const late = await t.call('POST', `/api/v1/callbacks/${body.callback.id}/attempts`, agent, {
      result: 'busy',
    })
    expect(late).toMatchObject({ status: 409, body: { code: 'callback.lease_lost' } })
  })
})

describe('law 7: the rated do not rate themselves', () => {
  test.each([station, 'FJ1'])(
    'law 7: staff of %s see no callback of their own unit or below',
    async (unitCode) => {
      t = await testApp()
      await t.work()
      await dissatisfied('a')
      const own = await t.staffKey('agent', unitCode)
      expect((await t.call('POST', '/api/v1/callbacks/claim', own, {})).status).toBe(404)
      const other = await t.staffKey('agent', 'FJ2')
      expect((await t.call('POST', '/api/v1/callbacks/claim', other, {})).status).toBe(200)
    },
  )

  test('law 7: a raised rating waits for a second person', async () => {
    t = await testApp()
    await t.work()
    const id = await dissatisfied('a')
    const first = await t.staffKey('supervisor')
    await t.call('POST', '/api/v1/callbacks/claim', first, {})
    const attempt = await t.call('POST', `/api/v1/callbacks/${id}/attempts`, first, {
      result: 'reached',
      finding: 'not_upheld',
      rating: 'satisfied',
    })
    expect(attempt.body).toMatchObject({ state: 'resolved', awaitsReview: true })
    const read = () =>
      t.app.db.selectFrom('callback').select(['laterRating', 'finding']).executeTakeFirstOrThrow()
    expect(await read()).toEqual({ laterRating: null, finding: null })
    const alone = await t.call('POST', `/api/v1/callbacks/${id}/review`, first, { approve: true })
    expect(alone).toMatchObject({ status: 409, body: { code: 'callback.second_person' } })
    const second = await t.staffKey('supervisor')
    await t.call('POST', `/api/v1/callbacks/${id}/review`, second, { approve: true })
    expect(await read()).toEqual({ laterRating: 'satisfied', finding: 'not_upheld' })
  })

  test('law 7: a later, better reply cancels no callback; a later, worse one opens one', async () => {
    t = await testApp()
    await t.work()
    const phones = [freshPhone(), freshPhone()]
    await push(phones.map((phone, index) => row(`r${index}`, { citizen: { phone } })))
    for (const [index, texts] of [
      ['3', '1'],
      ['1', '3'],
    ].entries()) {
      const phone = phones[index]!
      await until('sent', async () => t.gateway.ledger().some((entry) => entry.phone === phone))
      for (const [position, text] of texts.entries()) {
        t.gateway.reply({ phone, text })
        await until('read', async () => {
          const { n } = await t.app.db
            .selectFrom('reply')
            .select(sql<number>`count(*)`.as('n'))
            .executeTakeFirstOrThrow()
          return n === index * 2 + position + 1
        })
      }
    }
    const callbacks = await t.app.db.selectFrom('callback').select('state').execute()
    expect(callbacks).toEqual([{ state: 'waiting' }, { state: 'waiting' }])
    expect((await surveys()).map(({ firstRating }) => firstRating)).toEqual([
      'dissatisfied',
      'satisfied',
    ])
    const minds = await t.app.db.selectFrom('reply').select('changedMind').orderBy('id').execute()
    expect(minds.map(({ changedMind }) => changedMind)).toEqual([false, true, false, true])
  })
})

describe('law 8: leaving out is recorded', () => {
  test.each([
    ['landline', { citizen: { phone: '0516-83456789' } }],
    ['number_invalid', { citizen: { phone: '12x' } }],
    ['number_missing', { citizen: { phone: ' ' } }],
    ['flag_excluded', { flags: ['minor'] }],
    ['flag_unknown', { flags: ['something'] }],
    ['unit_unknown', { unitCode: 'NOWHERE' }],
    ['category_missing', { business: '110' }],
    ['too_old', { completedAt: '2025-01-01T00:00:00+08:00' }],
    ['withdrawn', { kind: 'cancelled' }],
  ])('law 8: a transaction is left out with reason %s', async (reason, change) => {
    t = await testApp()
    const [verdict] = await push(row('a', change))
    expect(verdict).toMatchObject({ verdict: 'accepted', surveyed: false, reason })
    const rows = await t.app.db
      .selectFrom('suppression')
      .select(['reason', 'transactionId'])
      .execute()
    expect(rows).toEqual([{ reason, transactionId: verdict!.transactionId }])
    expect(await surveys()).toEqual([])
  })

  test('law 8: who was asked lately is left out, unless the new matter is more important', async () => {
    t = await testApp()
    const citizen = { phone: freshPhone() }
    await push(row('a', { citizen }))
    expect((await push(row('b', { citizen })))[0]).toMatchObject({
      surveyed: false,
      reason: 'asked_recently',
    })
    const [urgent] = await push(row('c', { citizen, business: '110', category: '纠纷' }))
    expect(urgent).toMatchObject({ surveyed: true })
    expect((await surveys()).map(({ state, failure }) => [state, failure])).toEqual([
      ['closed', 'superseded'],
      ['scheduled', null],
    ])
  })
})

describe('law 9: numbers in the feed', () => {
  test('law 9 and 2: eight writers and one reader: every revision is read once, in the order of the cursor', async () => {
    t = await testApp()
    await push(Array.from({ length: 40 }, (_, index) => row(`w${index}`)))
    const ids = (await surveys()).map(({ id }) => id)
    let writing = true
    const writers = Promise.all(
      Array.from({ length: 8 }, async (_, writer) => {
        for (let round = 0; round < 25; round++) {
          const id = ids[(writer * 5 + round) % ids.length]!
          await t.app.db.transaction().execute((tx) => recordOutcomes(t.app, tx, [id]))
        }
      }),
    ).finally(() => {
      writing = false
    })
    const seen: number[] = []
    const revisions = new Set<string>()
    let after = 0
    for (;;) {
      const last = !writing
      // Every `work` process numbers; together they must do as one.
      await Promise.all([1, 2, 3, 4].map(() => numberFeed(t.app)))
      for (const entry of await readFeed(t.app, after, 7)) {
        seen.push(entry.feedSeq)
        revisions.add(`${entry.outcomeId}/${entry.revision}`)
        after = entry.feedSeq
      }
      if (last && seen.length >= 200) break
    }
    await writers
    expect(seen).toEqual(Array.from({ length: 200 }, (_, index) => index + 1))
    expect(revisions.size).toBe(200)
  })
})

describe('law 10: what names a citizen is a secret', () => {
  test('law 10: neither log, queue, feed nor metrics hold a number, faults included', async () => {
    t = await testApp()
    await t.work()
    const phones = Array.from({ length: 6 }, freshPhone)
    t.gateway.setFaults({
      calls: [
        { what: 'cut', accept: true, times: 1 },
        { what: 'refuse', code: 'isv.SMS_CONTENT_ILLEGAL', times: 1 },
      ],
    })
    await push(
      phones.map((phone, index) => row(`p${index}`, { citizen: { phone, name: '李四光' } })),
    )
    await until('settled', async () =>
      (await messages()).every(({ state }) => !['queued', 'submitting'].includes(state)),
    )
    for (const phone of phones) t.gateway.reply({ phone, text: '3 态度差' })
    await until(
      'replies',
      async () => (await t.app.db.selectFrom('reply').select('id').execute()).length === 6,
    )
    await until(
      'numbered',
      async () => !(await numberFeed(t.app)) && (await readFeed(t.app, 0, 100)).length > 0,
    )
    const feed = await t.call('GET', '/api/v1/outcomes', t.feedKey)
    const metrics = await (await fetch(`${t.url}/metrics`)).text()
    const jobs = await sql`SELECT * FROM bullmq.job`.execute(t.app.db)
    const everything = [...t.logged, JSON.stringify(feed), metrics, JSON.stringify(jobs.rows)].join(
      '\n',
    )
    for (const phone of phones) expect(everything).not.toContain(phone)
    expect(everything).not.toContain('李四光')
    expect(everything).not.toContain('态度差')
  })

  test('law 10: the database itself holds no number in clear', async () => {
    t = await testApp()
    const phone = freshPhone()
    await push(row('a', { citizen: { phone, name: '王五常' } }))
    const { rows } = await sql<{ all: string }>`
      SELECT string_agg(t::text || s::text || m::text, '') AS all FROM transaction t, survey s, message m`.execute(
      t.app.db,
    )
    expect(rows[0]!.all).not.toContain(phone)
    expect(rows[0]!.all).not.toContain(Buffer.from(phone).toString('hex'))
    expect(rows[0]!.all).not.toContain('王五常')
  })

  test('law 10: seeing a whole number is on record, and the record cannot be altered', async () => {
    t = await testApp()
    await t.work()
    const id = await dissatisfied('a')
    const agent = await t.staffKey('agent')
    await t.call('POST', '/api/v1/callbacks/claim', agent, {})
    await t.call('POST', `/api/v1/callbacks/${id}/number`, agent, {})
    const seen = await t.app.db
      .selectFrom('audit')
      .select('subject')
      .where('action', '=', 'phone.reveal')
      .execute()
    expect(seen).toEqual([{ subject: id }])
    await expect(t.app.db.deleteFrom('audit').execute()).rejects.toThrow(/permission denied/)
    await expect(t.app.db.updateTable('audit').set({ actor: 'x' }).execute()).rejects.toThrow(
      /permission denied/,
    )
  })
})
