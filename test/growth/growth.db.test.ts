import { sql } from 'kysely'
import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { heldData } from '../../src/citizen/held-data.ts'
import { examine } from '../../src/doctor/examine.ts'
import { dateAt, inBusinessZone } from '../../src/foundation/clock.ts'
import { idFloor } from '../../src/foundation/ids.ts'
import { tendGrowth, type GrowthDeps } from '../../src/growth/tend.ts'
import { freshPhone, row, testApp, until, type TestApp } from '../support/app.ts'

let t: TestApp
let owner: Client
beforeEach(async () => {
  t = await testApp()
  owner = new Client({ connectionString: t.ownerUrl })
  await owner.connect()
})
afterEach(async () => {
  await owner.end()
  await t.close()
})

const dayMs = 24 * 3600 * 1000

/** Keeps citizens' data for so many days; a negative number makes what is new old enough. */
function keeping(citizenDataDays: number): GrowthDeps {
  return {
    ...t.app,
    async policy() {
      const policy = await t.app.policy()
      return { ...policy, retention: { ...policy.retention, citizenDataDays } }
    },
  }
}

/** The first day of a month that lies so many months back, as the bureau reads it. */
function monthAgo(months: number): Date {
  return inBusinessZone(t.app.clock.now()).minus({ months }).startOf('month').toJSDate()
}

async function tendAll(deps: GrowthDeps): Promise<void> {
  while (await tendGrowth(deps));
}

/** Rows of a table that still name somebody. */
async function naming(table: string): Promise<number> {
  const held = heldData.find((each) => each.table === table)!
  const columns = [...Object.keys(held.sealed), ...(held.hashes ?? [])]
  const { rows } = await owner.query(
    `SELECT count(*)::int AS n FROM ${table} WHERE ${columns.map((column) => `octet_length(${column}) > 0`).join(' OR ')}`,
  )
  return rows[0].n as number
}
async function namingAll(): Promise<Record<string, number>> {
  const found: Record<string, number> = {}
  for (const { table } of heldData) found[table] = await naming(table)
  return found
}

/** One citizen is satisfied, one dissatisfied and waits for a call. */
async function twoCases() {
  const stop = await t.work()
  const [glad, angry] = [freshPhone(), freshPhone()]
  await t.call('POST', '/api/v1/transactions', t.sourceKey, [
    row('glad', { citizen: { phone: glad, name: '张三' }, item: '补办身份证' }),
    row('angry', { citizen: { phone: angry, name: '李四' } }),
  ])
  await until('asked', async () => t.gateway.ledger().length === 2)
  t.gateway.reply({ phone: glad, text: '1' })
  t.gateway.reply({ phone: angry, text: '不满意' })
  await until('callback', () => t.app.db.selectFrom('callback').select('id').executeTakeFirst())
  await until('rated', async () => {
    const rated = await t.app.db
      .selectFrom('survey')
      .select('id')
      .where('firstRating', 'is not', null)
      .execute()
    return rated.length === 2
  })
  await until('all settled', async () => {
    const waiting = await t.app.db
      .selectFrom('message')
      .select('id')
      .where('state', 'in', ['queued', 'submitting'])
      .execute()
    return waiting.length === 0
  })
  // The receipts of the last texts come in too.
  await t.gateway.idle()
  await stop()
  return { glad, angry }
}

describe('citizens’ data is erased once its purpose has ended', () => {
  test('every column that names a citizen is known to erasure and export', async () => {
    const { rows } = await owner.query(`
      SELECT c.table_name, c.column_name, c.is_nullable FROM information_schema.columns c
      JOIN pg_class k ON k.relname = c.table_name AND NOT k.relispartition
      WHERE c.table_schema = 'public' AND (c.column_name LIKE '%\\_sealed' OR c.column_name IN ('phone_hash', 'person_hash'))`)
    // Blocks outlive erasure, and slots are pruned by themselves.
    const kept = ['contact_block', 'open_survey']
    const inDatabase = rows
      .filter(({ table_name }) => !kept.includes(table_name))
      .map((each) => `${each.table_name}.${each.column_name} ${each.is_nullable}`)
    const known = heldData.flatMap((held) =>
      [...Object.keys(held.sealed), ...(held.hashes ?? [])].map(
        (column) => `${held.table}.${column} ${held.required?.includes(column) ? 'NO' : 'YES'}`,
      ),
    )
    expect(known.toSorted()).toEqual(inDatabase.toSorted())
  })

  test('nothing is erased before its time', async () => {
    await twoCases()
    const before = await namingAll()
    await tendAll(keeping(1))
    expect(await namingAll()).toEqual(before)
    expect(before).toMatchObject({ transaction: 2, survey: 2, reply: 2 })
  })

  test('after it, names are gone and what is counted stays; a case that is worked on keeps its own until it ends', async () => {
    const { glad } = await twoCases()
    const facts = () =>
      t.app.db
        .selectFrom('survey')
        .select(['id', 'state', 'firstRating', 'unitCode', 'business'])
        .orderBy('id')
        .execute()
    const counted = await facts()
    await tendAll(keeping(-1))
    expect(await facts()).toEqual(counted)
    expect(await namingAll()).toMatchObject({ transaction: 1, survey: 1, reply: 1, inbound: 0 })
    const erased = await t.app.db
      .selectFrom('transaction')
      .selectAll()
      .where('externalId', '=', 'glad')
      .executeTakeFirstOrThrow()
    expect(erased).toMatchObject({
      phoneHash: null,
      phoneSealed: null,
      nameSealed: null,
      item: null,
    })
    const hash = t.app.vault.hashPhone(glad)
    for (const { table } of heldData.filter(({ hashes }) => hashes)) {
      const { rows } = await owner.query(`SELECT 1 FROM ${table} WHERE phone_hash = $1`, [hash])
      expect([table, rows.length]).toEqual([table, 0])
    }
    expect((await examine({ ...t.app, queues: t.app.queues })).map(({ name }) => name)).toEqual([])

    await owner.query(`UPDATE callback SET state = 'cancelled', close_reason = 'test'`)
    await tendAll(keeping(-1))
    expect(Object.values(await namingAll()).reduce((sum, n) => sum + n)).toBe(0)
    const record = await t.app.db.selectFrom('erasure').selectAll().execute()
    expect(record.map(({ what }) => what)).toContain('deferred cases')
    expect(new Set(record.map(({ rule }) => rule))).toEqual(new Set(['purpose_ended']))
    const before = record.length
    await tendAll(keeping(-2))
    expect(await t.app.db.selectFrom('erasure').selectAll().execute()).toHaveLength(before)
  })

  test('an opt-out outlives the erasure of everything else about its number', async () => {
    const stop = await t.work()
    const phone = freshPhone()
    await t.call('POST', '/api/v1/transactions', t.sourceKey, row('a', { citizen: { phone } }))
    await until('asked', async () => t.gateway.ledger().length === 1)
    t.gateway.reply({ phone, text: 'TD' })
    await until('block', () => t.app.db.selectFrom('contactBlock').selectAll().executeTakeFirst())
    await stop()
    await tendAll(keeping(-1))
    expect(Object.values(await namingAll()).reduce((sum, n) => sum + n)).toBe(0)
    const again = await t.call(
      'POST',
      '/api/v1/transactions',
      t.sourceKey,
      row('b', { citizen: { phone } }),
    )
    expect(again.body.verdicts[0]).toMatchObject({ surveyed: false, reason: 'opted_out' })
  })

  test('several processes at once erase and record each row once', async () => {
    await twoCases()
    const deps = keeping(-1)
    await Promise.all([1, 2, 3, 4].map(() => tendGrowth(deps)))
    await tendAll(deps)
    const record = await t.app.db
      .selectFrom('erasure')
      .select(['what', 'rows'])
      .where('what', 'in', ['transaction', 'reply'])
      .orderBy('what')
      .execute()
    expect(record).toEqual([
      { what: 'reply', rows: 1 },
      { what: 'transaction', rows: 1 },
    ])
  })
})

/** A month that lies so many months back, with one transaction of that age and all that follows it. */
async function oldMonth(months: number, key: string) {
  const from = monthAgo(months)
  const to = monthAgo(months - 1)
  const id = (n: number) => idFloor(dateAt(from.getTime() + n * dayMs))
  for (const table of [
    'transaction',
    'suppression',
    'survey',
    'message',
    'reply',
    'inbound',
    'outcome',
    'audit',
  ]) {
    await owner.query(
      `CREATE TABLE ${table}_old${months} PARTITION OF ${table} FOR VALUES FROM ('${idFloor(from)}') TO ('${idFloor(to)}')`,
    )
  }
  await owner.query(`
    INSERT INTO transaction (id, source, external_id, business, unit_code, completed_at)
      VALUES ('${id(1)}', 'src', '${key}', '户政', 'PCS1', now());
    INSERT INTO transaction_key VALUES ('src', '${key}', '${id(1)}', '');
    INSERT INTO suppression (transaction_id, reason, unit_code, business) VALUES ('${id(1)}', 'too_old', 'PCS1', '户政');
    INSERT INTO callback (id, case_id, origin, state, priority, unit_code, due_at, not_before)
      VALUES ('${id(2)}', '${id(1)}', 'sample', 'cancelled', 1, 'PCS1', now(), now());
    INSERT INTO attempt (id, callback_id, ordinal, result, by_staff) VALUES ('${id(2)}', '${id(2)}', 1, 'busy', '${id(2)}');
    INSERT INTO inbound (id, channel, body_sealed, state) VALUES ('${id(1)}', 'sms_up', '', 'understood');
    INSERT INTO inbound_key VALUES ('\\x${key}', '${id(1)}');
    INSERT INTO outcome (id, outcome_id, revision, result, content) VALUES ('${id(1)}', '${id(1)}', 1, 'satisfied', '{}');
    INSERT INTO outcome_key VALUES ('${id(1)}', '${id(1)}', NULL, 1);
    INSERT INTO feed SELECT coalesce(max(seq), 0) + 1, '${id(1)}' FROM feed;
    INSERT INTO audit (id, actor, action, subject_kind, subject) VALUES ('${id(1)}', 'system', 'test', 'test', '${key}');`)
}

const grown = [
  'transaction',
  'transaction_key',
  'suppression',
  'callback',
  'attempt',
  'inbound',
  'inbound_key',
  'outcome',
  'outcome_key',
  'feed',
  'audit',
]
async function counts(): Promise<Record<string, number>> {
  const found: Record<string, number> = {}
  for (const table of grown) {
    const { rows } = await owner.query(`SELECT count(*)::int AS n FROM ${table}`)
    found[table] = rows[0].n as number
  }
  return found
}

describe('what is older than the policy keeps is dropped by whole months', () => {
  test('with every key and follower; what is younger stays', async () => {
    const empty = await counts()
    await oldMonth(130, 'aa')
    await oldMonth(40, 'bb')
    await oldMonth(10, 'cc')
    const gained = async () => {
      const now = await counts()
      return Object.fromEntries(grown.map((table) => [table, now[table]! - empty[table]!]))
    }
    expect(new Set(Object.values(await gained()))).toEqual(new Set([3]))
    await tendAll(t.app)
    const cases = { transaction: 1, transaction_key: 1, suppression: 1, callback: 1, attempt: 1 }
    const outcomes = { outcome: 2, outcome_key: 2, feed: 2 }
    const expected = { ...cases, ...outcomes, inbound: 0, inbound_key: 0, audit: 1 }
    expect(await gained()).toEqual(expected)
    await tendAll(t.app)
    expect(await gained()).toEqual(expected)
    const record = await t.app.db
      .selectFrom('erasure')
      .select(['what', 'rows'])
      .where('rule', '=', 'retention_ended')
      .execute()
    expect(record).toContainEqual({ what: 'transaction_old130', rows: 1 })
    expect(record).toContainEqual({ what: 'transaction_key', rows: 2 })
  })

  test('the newest entry of the feed stays, so that numbers never begin anew', async () => {
    await oldMonth(130, 'aa')
    await oldMonth(131, 'bb')
    await tendAll(t.app)
    const feed = await t.app.db.selectFrom('feed').select('seq').execute()
    expect(feed).toEqual([{ seq: 2 }])
  })

  test.each([
    ['audit', 5, 6],
    ['transaction', 12, 13],
    ['outcome', 24, 25],
  ])('not even the application can drop %s of the last months', async (table, young, old) => {
    const drop = (months: number) =>
      sql`SELECT drop_partitions(${table}, now() - make_interval(months => ${months}::int))`.execute(
        t.app.db,
      )
    await expect(drop(young)).rejects.toThrow(`${table} keeps at least ${old} months`)
    await expect(drop(old)).resolves.toBeDefined()
    await expect(sql`DROP TABLE ${sql.table(table)}`.execute(t.app.db)).rejects.toThrow(/owner/)
  })

  test('only partitioned tables of ours', async () => {
    const drop = sql`SELECT drop_partitions('staff', now() - interval '20 years')`
    await expect(drop.execute(t.app.db)).rejects.toThrow('no partitioned table of ours')
  })
})

test('a machine whose clock is years ahead neither drops nor erases what is still needed', async () => {
  await oldMonth(10, 'cc')
  const nowMs = () => t.app.clock.nowMs() + 20 * 365 * dayMs
  const before = await counts()
  const { audit: _, inbound: __, inbound_key: ___, ...kept } = before
  await tendAll({ ...t.app, clock: { nowMs, now: () => dateAt(nowMs()) } })
  expect(await counts()).toMatchObject(kept)
})

describe('partitions are made ahead', () => {
  const future = () => idFloor(monthAgo(-6))
  const audit = (id: string) =>
    owner.query(
      `INSERT INTO audit (id, actor, action, subject_kind, subject) VALUES ('${id}', 'system', 'test', 'test', 'x')`,
    )

  test('a row of a month that nobody foresaw is kept, and moves to its month once that is made', async () => {
    await audit(future())
    const where = async () =>
      (await owner.query(`SELECT tableoid::regclass::text AS part FROM audit WHERE subject = 'x'`))
        .rows
    expect(await where()).toEqual([{ part: 'audit_pdefault' }])
    const before = await t.app.db.selectFrom('audit').select('id').execute()
    await owner.query('SELECT ensure_partitions(7)')
    const [{ part }] = await where()
    expect(part).toMatch(/^audit_p\d{6}$/)
    expect(await t.app.db.selectFrom('audit').select('id').execute()).toHaveLength(before.length)
  })

  test('a failure raises an alarm that says what to do, and success clears it', async () => {
    await owner.query('REVOKE EXECUTE ON FUNCTION ensure_partitions(int) FROM huifang_app')
    await tendGrowth(t.app)
    const standing = () =>
      t.app.db
        .selectFrom('alarm')
        .select('message')
        .where('kind', '=', 'growth.partitions')
        .where('clearedAt', 'is', null)
        .execute()
    expect((await standing())[0]?.message).toContain('huifang doctor --fix')
    await owner.query('GRANT EXECUTE ON FUNCTION ensure_partitions(int) TO huifang_app')
    await tendGrowth(t.app)
    expect(await standing()).toEqual([])
  })
})
