import { spawnSync } from 'node:child_process'
import { sql } from 'kysely'
import { Client } from 'pg'
import { afterEach, describe, expect, test } from 'vitest'
import { sealAudit } from '../../src/audit/seal.ts'
import { verifyAudit } from '../../src/audit/verify.ts'
import { writeAudit } from '../../src/foundation/audit.ts'
import type { Queryable } from '../../src/foundation/database.ts'
import { centre, testApp, type TestApp } from '../support/app.ts'

let t: TestApp
let owner: Client
afterEach(async () => {
  await owner.end()
  await t.close()
})

async function start(): Promise<void> {
  t = await testApp()
  owner = new Client({ connectionString: t.ownerUrl })
  await owner.connect()
}

const write = (tx: Queryable, subject: string) =>
  writeAudit(t.app, tx, {
    actor: 'staff:x',
    action: 'phone.reveal',
    subjectKind: 'callback',
    subject,
    details: { 号: '一', n: 1 },
  })

/** Three slots with two entries each, beside those that setting up wrote. */
async function threeSlots(): Promise<void> {
  await start()
  for (const slot of [1, 2, 3]) {
    await write(t.app.db, `a${slot}`)
    await write(t.app.db, `b${slot}`)
    expect(await sealAudit(t.app)).toBe(1)
  }
}

const faults = async (head?: string) =>
  (await verifyAudit(t.app, head)).faults.map(({ fault, slot }) => [fault, slot])

describe('sealing', () => {
  test('what was written is sealed once, slot by slot, and nothing is sealed when nothing was written', async () => {
    await threeSlots()
    expect(await sealAudit(t.app)).toBe(0)
    const report = await verifyAudit(t.app)
    expect(report).toMatchObject({ seals: 3, unsealedRows: 0, retiredRows: 0, faults: [] })
    const { n } = await t.app.db
      .selectFrom('audit')
      .select(sql<number>`count(*)::int`.as('n'))
      .executeTakeFirstOrThrow()
    expect(report.rows).toBe(n)
    expect(report.head).toMatch(/^3:[0-9a-f]{64}$/)
  })

  test('an entry that commits late, with an earlier id, is waited for and lies in its own slot', async () => {
    await start()
    const late = new Client({ connectionString: t.ownerUrl })
    await late.connect()
    const lateId = t.app.newId()
    await late.query('BEGIN')
    await late.query(
      `INSERT INTO audit (id, actor, action, subject_kind, subject) VALUES ($1, 'late', 'x', 'x', 'x')`,
      [lateId],
    )
    await write(t.app.db, 'later, but committed first')
    const sealing = sealAudit(t.app)
    await t.app.db.transaction().execute((tx) => write(tx, 'while the sealer waits'))
    const first = await Promise.race([sealing, t.app.queues.depth().then(() => 'waits')])
    expect(first).toBe('waits')
    await late.query('COMMIT')
    await late.end()
    expect(await sealing).toBe(1)
    await sealAudit(t.app)
    const rows = await t.app.db.selectFrom('audit').select(['id', 'slot']).orderBy('id').execute()
    expect(rows.find(({ id }) => id === lateId)?.slot).toBe(1)
    expect(await faults()).toEqual([])
  })

  test('entries that many write while many seal are each in one seal', async () => {
    await start()
    const written = new AbortController()
    const sealers = [1, 2].map(async () => {
      while (!written.signal.aborted) await sealAudit(t.app)
    })
    await Promise.all(
      Array.from({ length: 6 }, async (_, writer) => {
        for (let n = 0; n < 40; n++) {
          await t.app.db.transaction().execute((tx) => write(tx, `${writer}-${n}`))
        }
      }),
    )
    written.abort()
    await Promise.all(sealers)
    await sealAudit(t.app)
    const report = await verifyAudit(t.app)
    expect(report).toMatchObject({ faults: [], unsealedRows: 0 })
    expect(report.rows).toBeGreaterThanOrEqual(240)
    expect(report.seals).toBeGreaterThan(1)
  })

  test('entries that stay unsealed raise an alarm, which ends when they are sealed', async () => {
    await start()
    const standing = async () =>
      (await t.call('GET', '/api/v1/alarms', await t.staffKey('auditor'))).body.alarms.map(
        ({ kind }: { kind: string }) => kind,
      )
    await owner.query(`UPDATE audit SET at = at - interval '16 minutes'`)
    await owner.query('BEGIN')
    await owner.query('SELECT pg_current_xact_id()')
    await sealAudit(t.app)
    expect(await standing()).toEqual(['audit_unsealed'])
    expect((await faults()).map(([fault]) => fault)).toEqual(['unsealed_too_long'])
    await owner.query('ROLLBACK')
    await sealAudit(t.app)
    expect(await standing()).toEqual([])
  })
})

describe('tampering by the owner of the tables is found', () => {
  test.each([
    [
      'an entry is changed',
      `UPDATE audit SET actor = 'staff:y' WHERE subject = 'a2'`,
      [['rows_changed', 2]],
    ],
    [
      'a time is moved',
      `UPDATE audit SET at = at + interval '1 microsecond' WHERE subject = 'a2'`,
      [['rows_changed', 2]],
    ],
    [
      'details are changed',
      `UPDATE audit SET details = '{"n": 2}' WHERE subject = 'b2'`,
      [['rows_changed', 2]],
    ],
    ['an entry is dropped', `DELETE FROM audit WHERE subject = 'a2'`, [['rows_changed', 2]]],
    [
      'an entry is added',
      `INSERT INTO audit (id, actor, action, subject_kind, subject, slot)
       SELECT overlay(id::text placing 'ffff' from 20)::uuid, actor, action, subject_kind, subject, 2 FROM audit WHERE subject = 'a2'`,
      [['rows_changed', 2]],
    ],
    [
      'an entry is moved to another slot',
      `UPDATE audit SET slot = 3 WHERE subject = 'a2'`,
      [
        ['rows_changed', 2],
        ['rows_changed', 3],
      ],
    ],
    [
      'an entry is put where no seal comes',
      `INSERT INTO audit (id, actor, action, subject_kind, subject, slot)
       SELECT overlay(id::text placing to_char(s, 'FM9800') from 20)::uuid, actor, action, subject_kind, subject, s FROM audit, (VALUES (0), (99)) AS v (s)
       WHERE subject = 'a2'`,
      [
        ['rows_misplaced', 0],
        ['rows_misplaced', 99],
      ],
    ],
    [
      'the first seal is deleted',
      `DELETE FROM audit_seal WHERE slot = 1`,
      [
        ['seal_missing', 1],
        ['rows_misplaced', 1],
      ],
    ],
    [
      'a seal is deleted',
      `DELETE FROM audit_seal WHERE slot = 2`,
      [
        ['seal_missing', 2],
        ['rows_misplaced', 2],
      ],
    ],
    [
      'a seal and its entries are deleted',
      `WITH gone AS (DELETE FROM audit_seal WHERE slot = 2) DELETE FROM audit WHERE slot = 2`,
      [['seal_missing', 2]],
    ],
    [
      'the last seal and its entries are deleted',
      `WITH gone AS (DELETE FROM audit_seal WHERE slot = 3) DELETE FROM audit WHERE slot = 3`,
      [['seal_missing', 3]],
    ],
    [
      'a seal is made to fit changed entries',
      `UPDATE audit_seal SET content_hash = sha256('') WHERE slot = 2`,
      [
        ['seal_forged', 2],
        ['rows_changed', 2],
      ],
    ],
    [
      'a seal is chained anew',
      `UPDATE audit_seal SET mac = sha256('x') WHERE slot = 2`,
      [
        ['seal_forged', 2],
        ['chain_broken', 3],
      ],
    ],
  ])('%s', async (_, statement, expected) => {
    await threeSlots()
    await owner.query(statement)
    const found = await faults()
    for (const each of expected) expect(found).toContainEqual(each)
    expect(new Set(found.map(String))).toEqual(new Set(expected.map(String)))
  })

  test('the end of the chain is cut off and sealed anew: a head that somebody wrote down tells', async () => {
    await threeSlots()
    const { head } = await verifyAudit(t.app)
    expect(await faults(head!)).toEqual([])
    await owner.query('DELETE FROM audit WHERE slot = 3')
    await owner.query('DELETE FROM audit_seal WHERE slot = 3')
    await sealAudit(t.app)
    expect(await faults()).toEqual([])
    expect(await faults(head!)).toEqual([['head_not_found', null]])
    expect(t.logged.join('\n')).toContain(head!.slice(2))
  })

  test('seals outlive their entries; entries that are gone too early are missed', async () => {
    await threeSlots()
    const [{ name }] = (
      await owner.query(
        `SELECT DISTINCT tableoid::regclass::text AS name FROM audit ORDER BY name LIMIT 1`,
      )
    ).rows as [{ name: string }]
    await owner.query(`DROP TABLE ${name}`)
    // The month before is dropped as well, or it would count as kept.
    const kept = (
      await owner.query(
        `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'audit'::regclass AND inhrelid::regclass::text < $1`,
        [name],
      )
    ).rows as { name: string }[]
    for (const each of kept) await owner.query(`DROP TABLE ${each.name}`)
    const report = await verifyAudit(t.app)
    expect(report.retiredRows).toBeGreaterThanOrEqual(6)
    expect(report.faults.map(({ fault }) => fault)).toEqual(Array(3).fill('rows_gone_too_early'))
  })
})

describe('the app’s own role', () => {
  test.each([
    `UPDATE audit SET actor = 'x'`,
    'DELETE FROM audit',
    'TRUNCATE audit',
    `INSERT INTO audit (id, actor, action, subject_kind, subject, slot) VALUES (gen_random_uuid(), 'x', 'x', 'x', 'x', 1)`,
    `INSERT INTO audit (id, actor, action, subject_kind, subject, at) VALUES (gen_random_uuid(), 'x', 'x', 'x', 'x', now())`,
    'UPDATE audit_seal SET row_count = 0',
    'DELETE FROM audit_seal',
    `SELECT setval('audit_slot', 1)`,
  ])('may not: %s', async (statement) => {
    await start()
    await expect(sql.raw(statement).execute(t.app.db)).rejects.toThrow(/permission denied/)
  })
})

test('the command tells by its exit code, and names what is broken', async () => {
  await threeSlots()
  const verify = () =>
    spawnSync('node_modules/.bin/node', ['src/main.ts', 'audit', 'verify'], {
      env: { ...t.environment, PATH: '/usr/bin:/bin' },
      encoding: 'utf8',
    })
  expect(verify()).toMatchObject({ status: 0, stdout: expect.stringContaining('"intact":true') })
  await owner.query(`UPDATE audit SET actor = 'staff:y' WHERE subject = 'a2'`)
  const broken = verify()
  expect(broken.status).toBe(1)
  expect(JSON.parse(broken.stdout.split('\n')[0]!)).toMatchObject({
    slot: 2,
    fault: 'rows_changed',
  })
})

describe('the auditor’s view', () => {
  test('filters by actor, action, subject and period, pages by cursor, and is itself on record', async () => {
    await start()
    const key = await t.staffKey('auditor')
    for (let n = 0; n < 5; n++) await write(t.app.db, `s${n}`)
    const read = async (query: string) => (await t.call('GET', `/api/v1/audit?${query}`, key)).body
    const page = await read('action=phone.*&limit=2')
    expect(page.entries.map(({ subject }: { subject: string }) => subject)).toEqual(['s4', 's3'])
    const next = await read(`action=phone.*&limit=2&before=${page.next}`)
    expect(next.entries.map(({ subject }: { subject: string }) => subject)).toEqual(['s2', 's1'])
    expect((await read('subject=s0&actor=staff:x')).entries).toHaveLength(1)
    expect((await read('subject=s0&actor=staff:y')).entries).toHaveLength(0)
    expect((await read('subject=s0&to=2020-01-01T00:00:00Z')).entries).toHaveLength(0)
    expect((await read('subject=s0&from=2020-01-01T00:00:00Z')).entries).toMatchObject([
      { subject: 's0', sealed: false, details: { 号: '一', n: 1 } },
    ])
    await sealAudit(t.app)
    expect((await read('subject=s0')).entries).toMatchObject([{ sealed: true }])
    expect((await read('action=audit.read&limit=1')).entries[0].details).toMatchObject({
      subject: 's0',
    })
    expect(await t.call('GET', '/api/v1/audit?from=yesterday', key)).toMatchObject({ status: 400 })
  })

  test('an auditor of a part of the tree reads what the people of that part did', async () => {
    await start()
    const callers = {
      centre: await t.staffKey('agent', centre),
      part: await t.staffKey('agent', 'FJ1'),
    }
    for (const key of Object.values(callers)) await t.call('GET', '/api/v1/triage', key)
    const station = await t.staffKey('auditor', 'PCS1')
    const all = await t.staffKey('auditor')
    const staff = await t.app.db.selectFrom('staff').select(['id', 'unitCode']).execute()
    for (const { id, unitCode } of staff) {
      await writeAudit(t.app, t.app.db, {
        actor: `staff:${id}`,
        action: 'test',
        subjectKind: 'unit',
        subject: unitCode,
      })
    }
    const units = async (key: string) =>
      (await t.call('GET', '/api/v1/audit?action=test', key)).body.entries
        .map(({ subject }: { subject: string }) => subject)
        .sort()
    expect(await units(all)).toEqual(['FJ1', 'MY', 'MY', 'PCS1'])
    expect(await units(station)).toEqual(['FJ1', 'PCS1'])
  })
})
