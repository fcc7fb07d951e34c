import { Kysely, PostgresDialect, CamelCasePlugin, sql } from 'kysely'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DoctorDeps } from '../../src/doctor/check.ts'
import { checks, examine, mend } from '../../src/doctor/examine.ts'
import { dateAt } from '../../src/foundation/clock.ts'
import type { Database } from '../../src/foundation/database.ts'
import type { DB } from '../../src/foundation/db-types.ts'
import { AppError } from '../../src/foundation/errors.ts'
import { openVault } from '../../src/foundation/vault.ts'
import { freshPhone, row, testApp, until, type TestApp } from '../support/app.ts'

let t: TestApp
let owner: Database
let deps: DoctorDeps

/** A small world in which everything happened once and all is well. */
beforeAll(async () => {
  t = await testApp({
    policy(policy) {
      policy.survey.replyWindowSeconds = 3600
      policy.survey.delaySeconds['车管'] = 3600
    },
  })
  owner = new Kysely<DB>({
    dialect: new PostgresDialect({ pool: new Pool({ connectionString: t.ownerUrl, max: 2 }) }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  })
  deps = { ...t.app, queues: t.app.queues }
  const stop = await t.work()
  const agent = await t.staffKey('agent')
  const phones = Object.fromEntries(
    ['quiet', 'glad', 'angry', 'furious', 'unclear', 'urgent'].map((who) => [who, freshPhone()]),
  )
  await t.call('POST', '/api/v1/transactions', t.sourceKey, [
    ...Object.entries(phones).map(([who, phone]) => row(who, { citizen: { phone, name: '张三' } })),
    row('later', { business: '车管' }),
    row('landline', { citizen: { phone: '051683738888' } }),
  ])
  await until('all delivered', async () => {
    const rows = await t.app.db.selectFrom('message').select('delivery').execute()
    return rows.filter(({ delivery }) => delivery === 'delivered').length === 6
  })
  t.gateway.reply({ phone: phones['glad']!, text: '1' })
  t.gateway.reply({ phone: phones['angry']!, text: '不满意' })
  t.gateway.reply({ phone: phones['furious']!, text: '非常不满意' })
  t.gateway.reply({ phone: phones['unclear']!, text: '嗯嗯啊啊' })
  t.gateway.reply({ phone: phones['urgent']!, text: '他又打我了，救命' })
  await until('replies', async () => {
    const rows = await t.app.db.selectFrom('reply').select('id').execute()
    return rows.length === 5
  })
  const { callback } = (await t.call('POST', '/api/v1/callbacks/claim', agent, {})).body
  await t.call('POST', `/api/v1/callbacks/${callback.id}/number`, agent, {})
  await t.call('POST', `/api/v1/callbacks/${callback.id}/attempts`, agent, {
    result: 'reached',
    finding: 'upheld',
    rating: 'dissatisfied',
    note: '已沟通',
  })
  await until('everything settled', async () => (await examine(deps)).length === 0)
  await stop()
})

afterAll(async () => {
  await owner.destroy()
  await t.close()
})

const rollback = Symbol('rollback')

/** Spoils the world as its owner, looks, and puts everything back. */
async function inSpoiltWorld(
  spoil: string,
  look: (
    spoilt: DoctorDeps,
    db: Parameters<NonNullable<(typeof checks)[0]['mend']>>[1],
  ) => Promise<void>,
): Promise<void> {
  const outcome = await owner
    .transaction()
    .execute(async (tx) => {
      await sql.raw(spoil).execute(tx)
      await look({ ...deps, db: tx }, tx)
      throw rollback
    })
    .catch((error: unknown) => error)
  if (outcome !== rollback) throw outcome
}

const survey = (where: string) =>
  `(SELECT s.id FROM survey s JOIN transaction t ON t.id = s.id WHERE t.external_id = '${where}')`
const text = (where: string) =>
  `(SELECT message_id FROM message_key WHERE purpose = 'ask' AND case_id = ${survey(where)})`
const copy = (table: string, from: string, change: Record<string, string>) => `
  CREATE TEMP TABLE copied ON COMMIT DROP AS SELECT * FROM ${table} WHERE ${from};
  UPDATE copied SET ${Object.entries(change)
    .map(([column, value]) => `${column} = ${value}`)
    .join(', ')};
  INSERT INTO ${table} SELECT * FROM copied`
const newId = (table: string) => `(SELECT max(id::text)::uuid FROM ${table})`
const lastHex = `(left(id::text, 35) || CASE right(id::text, 1) WHEN '0' THEN '1' ELSE '0' END)::uuid`

interface Spoilt {
  spoil: string
  /** Other checks that the same damage rightly sets off. */
  also?: string[]
  /** Mending helps with some such rows only. */
  unmended?: true
}

/** For each check a row that cannot exist. */
const damages: Record<string, Spoilt> = {
  'partition.missing': {
    spoil: `DO $$ BEGIN EXECUTE format('DROP TABLE message_p%s',
      to_char(now() AT TIME ZONE 'Asia/Shanghai' + interval '1 month', 'YYYYMM')); END $$`,
  },
  'partition.stray': {
    spoil: `INSERT INTO audit (id, actor, action, subject_kind, subject)
      VALUES ('7fffffff-0000-7000-8000-000000000000', 'system', 'test', 'test', 'x')`,
    unmended: true,
  },
  'key.unreadable': {
    spoil: `UPDATE reply SET text_sealed = set_byte(text_sealed, octet_length(text_sealed) - 1,
      get_byte(text_sealed, octet_length(text_sealed) - 1) # 1)`,
  },
  'case.without_fate': { spoil: `DELETE FROM suppression` },
  'case.with_two_fates': {
    spoil: `INSERT INTO suppression (transaction_id, reason, unit_code, business)
      SELECT id, 'too_old', unit_code, business FROM survey WHERE id = ${survey('glad')}`,
  },
  'survey.without_transaction': {
    spoil: `DELETE FROM transaction WHERE external_id = 'quiet'`,
  },
  'transaction.without_key': { spoil: `DELETE FROM transaction_key WHERE external_id = 'quiet'` },
  'survey.forgotten': { spoil: `UPDATE survey SET look_at = NULL WHERE id = ${survey('quiet')}` },
  'survey.overdue': {
    spoil: `UPDATE survey SET expires_at = now() - interval '2 hours' WHERE id = ${survey('quiet')}`,
  },
  'slot.missing': { spoil: `DELETE FROM open_survey WHERE survey_id = ${survey('quiet')}` },
  'slot.forever': {
    spoil: `UPDATE open_survey SET free_at = 'infinity' WHERE survey_id = ${survey('glad')}`,
  },
  'survey.without_text': {
    spoil: `DELETE FROM message WHERE id = ${text('quiet')}; DELETE FROM message_key WHERE case_id = ${survey('quiet')}`,
  },
  'survey.apart_from_text': {
    spoil: `UPDATE message SET state = 'queued', look_at = now(), due_at = now() WHERE id = ${text('quiet')}`,
  },
  'text.without_key': {
    spoil: copy('message', `id = ${text('later')}`, {
      id: lastHex,
      purpose: `'thanks'`,
    }),
  },
  'text.key_without_text': {
    spoil: `INSERT INTO message_key SELECT case_id, 'closing', ${survey('quiet')} FROM message_key LIMIT 1`,
  },
  'text.twice': {
    spoil: copy('message', `id = ${text('quiet')}`, { id: lastHex }),
    also: ['text.without_key'],
  },
  'text.forgotten': { spoil: `UPDATE message SET look_at = NULL WHERE id = ${text('later')}` },
  'text.overdue': {
    spoil: `UPDATE message SET due_at = now() - interval '2 hours' WHERE id = ${text('later')}`,
  },
  'text.unsettled': {
    spoil: `UPDATE survey SET state = 'submitting' WHERE id = ${survey('quiet')};
      UPDATE message SET state = 'submitting', look_at = now(), submitted_at = now() - interval '2 hours'
      WHERE id = ${text('quiet')}`,
  },
  'receipt.unasked': { spoil: `UPDATE message SET delivery = NULL WHERE id = ${text('quiet')}` },
  'inbound.forgotten': { spoil: `UPDATE inbound SET state = 'raw' WHERE id = ${newId('inbound')}` },
  'inbound.overdue': {
    spoil: `UPDATE inbound SET state = 'raw', look_at = now(), received_at = now() - interval '2 hours'
      WHERE id = ${newId('inbound')}`,
  },
  'reply.without_survey': {
    spoil: `UPDATE reply SET case_id = inbound_id WHERE route = 'triage' AND NOT urgent`,
  },
  'reply.uncounted': {
    spoil: `UPDATE survey SET first_rating = NULL WHERE id = ${survey('glad')}`,
  },
  'reply.untriaged': {
    spoil: `DELETE FROM triage WHERE reply_id IN (SELECT id FROM reply WHERE NOT urgent)`,
  },
  'reply.unrung': { spoil: `DELETE FROM duty` },
  'callback.missing': { spoil: `DELETE FROM callback WHERE state = 'waiting'` },
  'callback.without_case': {
    spoil: `INSERT INTO callback (id, case_id, origin, state, priority, unit_code, due_at, not_before)
      SELECT inbound_id, inbound_id, 'sample', 'waiting', 1, 'PCS1', now(), now() FROM reply LIMIT 1`,
  },
  'callback.twice': {
    spoil: `DROP INDEX callback_at_work; ${copy('callback', `state = 'waiting'`, { id: lastHex })}`,
  },
  'call.forgotten': {
    spoil: `INSERT INTO call (id, callback_id, case_id, staff_id, unit_code, extension, look_at)
      SELECT id, id, case_id, id, unit_code, '1001', now() - interval '2 hours' FROM callback LIMIT 1`,
  },
  'callback.without_lease': {
    spoil: `UPDATE callback SET state = 'claimed' WHERE state = 'waiting'`,
  },
  'callback.lease_outlived': {
    spoil: `UPDATE callback SET state = 'talking', lease_holder = case_id,
      lease_until = now() - interval '2 hours' WHERE state = 'waiting'`,
  },
  'callback.idle_lease': {
    spoil: `UPDATE callback SET lease_holder = case_id, lease_until = now() WHERE state = 'waiting'`,
  },
  'callback.miscounted': { spoil: `UPDATE callback SET attempts = 2 WHERE state = 'waiting'` },
  'attempt.unsettled': {
    spoil: `UPDATE callback SET attempts = 0 WHERE state = 'resolved';
      UPDATE attempt SET settle_at = now() - interval '2 hours'`,
  },
  'callback.ended_untried': {
    spoil: `UPDATE callback SET state = 'unreachable' WHERE state = 'waiting'`,
  },
  'outcome.missing': {
    spoil: `DELETE FROM outcome_key WHERE outcome_id = ${survey('glad')}`,
  },
  'outcome.broken': {
    spoil: `UPDATE outcome_key SET last_revision = 7 WHERE outcome_id = ${survey('glad')}`,
  },
  'outbox.waiting': {
    spoil: `INSERT INTO outbox (id, topic, subject) SELECT partition_bound(now() - interval '2 hours'), 'feed', last_id FROM outcome_key LIMIT 1`,
  },
  'outcome.unfed': {
    spoil: `DELETE FROM feed WHERE seq = (SELECT max(seq) FROM feed)`,
  },
  'feed.gap': {
    spoil: `UPDATE feed SET seq = seq + 1 WHERE seq = (SELECT max(seq) FROM feed)`,
  },
  'feed.twice': {
    spoil: `INSERT INTO feed SELECT seq + 1, outcome_row_id FROM feed WHERE seq = (SELECT max(seq) FROM feed)`,
  },
  'feed.without_outcome': {
    spoil: `INSERT INTO feed SELECT max(seq) + 1, ${survey('quiet')} FROM feed`,
  },
}

describe('a row that cannot exist is found', () => {
  test('all is well: nothing is found, in the usual window and in the whole history', async () => {
    expect(await examine(deps)).toEqual([])
    expect(await examine(deps, { days: 'all' })).toEqual([])
  })

  test('every check of rows is shown to bite', () => {
    const surroundings = ['queue.unusable', 'queue.dead', 'queue.waiting', 'clock.apart']
    expect(checks.map(({ name }) => name).sort()).toEqual(
      [...Object.keys(damages), ...surroundings].sort(),
    )
  })

  test.each(Object.entries(damages))('%s', async (name, { spoil, also = [], unmended }) => {
    await inSpoiltWorld(spoil, async (spoilt, tx) => {
      const findings = await examine(spoilt)
      expect(findings.map((each) => each.name).toSorted()).toEqual([name, ...also].toSorted())
      const finding = findings.find((each) => each.name === name)
      expect(finding!.sample).not.toHaveLength(0)

      const check = checks.find((each) => each.name === name)!
      if (!check.mend || unmended) return
      const policy = await deps.policy()
      const scope = { since: '00000000-0000-7000-8000-000000000000', overdueSeconds: 1_800, policy }
      expect(await check.mend(spoilt, tx, { ...scope, around: scope.since })).toBe(finding!.count)
      expect((await examine(spoilt)).map((each) => each.name)).toEqual(also)
    })
  })

  test('a row that is older than the window is found with the whole history only', async () => {
    const old = `'01800000-0000-7000-8000-000000000000'`
    const spoil = `
      CREATE TABLE transaction_old PARTITION OF transaction FOR VALUES FROM (MINVALUE) TO ('01810000-0000-7000-8000-000000000000');
      INSERT INTO transaction (id, source, external_id, business, unit_code, completed_at)
        VALUES (${old}, 'src', 'old', '户政', 'PCS1', now());
      INSERT INTO transaction_key VALUES ('src', 'old', ${old}, '')`
    await inSpoiltWorld(spoil, async (spoilt) => {
      expect(await examine(spoilt)).toEqual([])
      const names = (await examine(spoilt, { days: 'all' })).map(({ name }) => name)
      expect(names).toEqual(['case.without_fate'])
    })
  })

  test('mending is on record', async () => {
    await sql`UPDATE survey SET look_at = NULL WHERE id = ${sql.raw(survey('quiet'))}`.execute(
      owner,
    )
    const findings = await examine(deps)
    expect(await mend(deps, findings, 'operator:test')).toEqual({ 'survey.forgotten': 1 })
    expect(await examine(deps)).toEqual([])
    const record = await t.app.db
      .selectFrom('audit')
      .select(['actor', 'subject', 'details'])
      .where('action', '=', 'doctor.mend')
      .execute()
    expect(record).toEqual([
      { actor: 'operator:test', subject: 'survey.forgotten', details: { rows: 1 } },
    ])
  })
})

describe('what the database works with', () => {
  const names = async (change: Partial<DoctorDeps>) =>
    (await examine({ ...deps, ...change })).map(({ name }) => name)
  const queues = {
    dead: () => Promise.resolve([]),
    waitingSince: () => Promise.resolve({ dispatch: null }),
  }
  const quietMessage = () =>
    t.app.db
      .selectFrom('message')
      .select('id')
      .where('delivery', 'is not', null)
      .executeTakeFirstOrThrow()

  test('a queue that cannot be opened', async () => {
    expect(await names({ queues: new AppError('queue.evicts') })).toEqual(['queue.unusable'])
  })

  test('a dead job counts while its work is undone, and not once it was done by a later one', async () => {
    const { id } = await quietMessage()
    const job = { queue: 'dispatch', id: '1', ids: [id], reason: 'server.fault' }
    const withDead = { queues: { ...queues, dead: () => Promise.resolve([job]) } }
    expect(await names(withDead)).toEqual([])
    const undone = `UPDATE message SET state = 'queued', due_at = now(), look_at = now() WHERE id = '${id}'`
    await inSpoiltWorld(undone, async (spoilt) => {
      const findings = await examine({ ...spoilt, ...withDead })
      expect(findings.map(({ name }) => name)).toContain('queue.dead')
    })
  })

  test('a job that waits since long', async () => {
    const since = dateAt(t.app.clock.nowMs() - 3_600_000)
    const waiting = { ...queues, waitingSince: () => Promise.resolve({ dispatch: since }) }
    expect(await names({ queues: waiting })).toEqual(['queue.waiting'])
  })

  test('a machine whose clock is ten minutes apart from the database’s', async () => {
    const clock = {
      nowMs: () => t.app.clock.nowMs() + 600_000,
      now: () => dateAt(t.app.clock.nowMs() + 600_000),
    }
    expect(await names({ clock })).toEqual(['clock.apart'])
  })

  test('texts under a key that is not configured any more', async () => {
    const vault = openVault([{ id: 'other', key: Buffer.alloc(32) }], Buffer.alloc(32))
    const findings = await examine({ ...deps, vault })
    expect(findings.map(({ name }) => name)).toEqual(['key.unreadable'])
    expect(findings[0]!.sample[0]).toBe('transaction.phone_sealed secret.unknown_key t')
  })

  test('the queues themselves tell since when they wait', async () => {
    expect(await t.app.queues.waitingSince()).toMatchObject({ dispatch: null, replies: null })
  })
})
