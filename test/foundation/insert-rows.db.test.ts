import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../../src/foundation/clock.ts'
import { openDatabase, type Database } from '../../src/foundation/database.ts'
import { idMaker } from '../../src/foundation/ids.ts'
import { insertRows } from '../../src/foundation/insert-rows.ts'
import { freshDatabase } from '../support/postgres.ts'

let database: Awaited<ReturnType<typeof freshDatabase>>
let db: Database
const newId = idMaker(systemClock)

beforeAll(async () => {
  database = await freshDatabase()
  db = openDatabase(database.url, { max: 1 })
})
afterAll(async () => {
  await db.destroy()
  await database.drop()
})

const types = {
  id: 'uuid',
  inboundId: 'uuid',
  phoneHash: 'bytea',
  phoneSealed: 'bytea',
  textSealed: 'bytea',
  destCode: 'text',
  sequenceId: 'text',
  sentAt: 'timestamptz',
  fit: 'text',
  route: 'text',
  kind: 'text',
  reasons: 'text[]',
  urgent: 'boolean',
  conflict: 'boolean',
  confidence: 'real',
  evidence: 'jsonb',
} as const

function reply(changed: { destCode?: string; sequenceId?: string | null; reasons?: string[] }) {
  return {
    id: newId(),
    inboundId: newId(),
    phoneHash: Buffer.from('00ff5c22', 'hex'),
    phoneSealed: Buffer.alloc(0),
    textSealed: Buffer.from('{"a\\b"}'),
    destCode: '10690',
    sequenceId: null,
    sentAt: new Date('2026-03-01T01:02:03.456Z'),
    fit: 'open',
    route: 'rating',
    kind: 'rating',
    reasons: [],
    urgent: true,
    conflict: false,
    confidence: 0.5,
    evidence: '[{"code":"a \\"b\\" \\\\ 中"}]',
    ...changed,
  }
}

test('rows arrive as they were given, whatever stands in them', async () => {
  const odd = ['', 'NULL', 'null', 'a,b', '{c}', '"d"', 'e\\f', '\\n', ' g ', '中文', '\n']
  const rows = [
    ...odd.map((text) => reply({ destCode: text, sequenceId: text, reasons: [text] })),
    reply({ reasons: odd }),
    reply({ reasons: [] }),
    reply({ sequenceId: null }),
  ]
  await insertRows(db, 'reply', types, rows)
  const stored = await db
    .selectFrom('reply')
    .select(Object.keys(types) as (keyof typeof types)[])
    .orderBy('id')
    .execute()
  expect(stored).toEqual(
    rows.map((row) => ({ ...row, evidence: JSON.parse(row.evidence) as unknown })),
  )
})

test('however many rows there are, the server keeps one statement', async () => {
  for (const length of [1, 2, 500]) {
    const rows = Array.from({ length }, () => ({ id: newId(), topic: 'feed', subject: newId() }))
    await insertRows(db, 'outbox', { id: 'uuid', topic: 'text', subject: 'uuid' }, rows)
  }
  const { rows } = await sql`
    SELECT FROM pg_prepared_statements WHERE statement LIKE 'INSERT INTO "outbox"%'`.execute(db)
  expect(rows).toHaveLength(1)
})
