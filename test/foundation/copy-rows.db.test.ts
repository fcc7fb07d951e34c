import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Client } from 'pg'
import { openCopies, type BinaryRows } from '../../src/foundation/copy-rows.ts'
import { appClient } from '../../src/foundation/app-client.ts'
import { idTime } from '../../src/foundation/ids.ts'
import { freshDatabase } from '../support/postgres.ts'

let database: Awaited<ReturnType<typeof freshDatabase>>
let client: Client
let copy: ReturnType<typeof openCopies>

beforeAll(async () => {
  database = await freshDatabase()
  client = appClient(database.url)
  await client.connect()
  copy = openCopies(client)
})
afterAll(async () => {
  await client.end()
  await database.drop()
})

function all<Taken>(rows: BinaryRows, take: (rows: BinaryRows) => Taken): Taken[] {
  const taken: Taken[] = []
  while (rows.next()) taken.push(take(rows))
  return taken
}

test('every kind of field is read as it stands, null and empty ones too', async () => {
  const rows = await copy(
    `VALUES ('户政 😀'::text, '车管'::text, '\\x00ff10'::bytea, timestamptz '2026-11-29 15:00:00.123456+08'),
       ('', '', '\\x', timestamptz '1969-12-31 23:59:59.5Z'),
       (NULL, '户政', NULL, NULL),
       ('a', '车管', NULL, NULL)`,
  )
  const taken = all(rows, (row) => [
    row.text(),
    row.word(),
    row.skip() ? row.bytesAgain().toString('hex') : null,
    row.timeMs(),
  ])
  expect(taken).toEqual([
    ['户政 😀', '车管', '00ff10', Date.parse('2026-11-29T07:00:00.123Z') + 0.456],
    ['', '', '', -500],
    [null, '户政', null, null],
    ['a', '车管', null, null],
  ])
})

test('words whose hashes are the same are told apart', async () => {
  // 'Aa' and 'BB' are the known pair of a hash by 31.
  const rows = await copy(`VALUES ('Aa'::text), ('BB'), ('Aa'), ('AaBB'), ('BBAa')`)
  expect(all(rows, (row) => row.word())).toEqual(['Aa', 'BB', 'Aa', 'AaBB', 'BBAa'])
})

test('a hash gives its first six bytes as a number, and all of them where they are asked for', async () => {
  const rows = await copy(`VALUES ('\\xffffffffffff01'::bytea), (NULL), ('\\x0000000000020304')`)
  const taken = all(rows, (row) => [row.head(), row.bytesAgain().toString('hex')])
  expect(taken).toEqual([
    [2 ** 48 - 1, 'ffffffffffff01'],
    [null, ''],
    [2, '0000000000020304'],
  ])
})

test('an id gives its time, its text, and as the last field the end of a page', async () => {
  const ids = ['019aa5b1-2c3d-7e4f-8a5b-6c7d8e9f0a1b', '019aa5b1-2c3e-7000-8000-000000000000']
  const rows = await copy(`VALUES ('x'::text, '${ids[0]}'::uuid), ('y', '${ids[1]}')`)
  expect(rows.lastId()).toBe(ids[1])
  const taken = all(rows, (row) => [row.text(), row.idTimeMs(), row.idAgain()])
  expect(taken).toEqual([
    ['x', idTime(ids[0]!).getTime(), ids[0]],
    ['y', idTime(ids[1]!).getTime(), ids[1]],
  ])
  expect((await copy(`SELECT NULL::uuid WHERE false`)).lastId()).toBeNull()
})

test('many rows come whole and in order, and none are no rows', async () => {
  const many = await copy(`SELECT n::text FROM generate_series(1, 50000) AS g(n) ORDER BY g.n`)
  expect(all(many, (row) => Number(row.text()))).toEqual(
    Array.from({ length: 50_000 }, (_, index) => index + 1),
  )
  expect(all(await copy(`SELECT ''::text WHERE false`), (row) => row.text())).toEqual([])
})

test('a copy that fails says so, and the connection goes on', async () => {
  await expect(copy('SELECT 1 / (n - 20000) FROM generate_series(1, 30000) AS n')).rejects.toThrow(
    'division by zero',
  )
  expect(all(await copy(`SELECT 'on'::text`), (row) => row.text())).toEqual(['on'])
})

test('a copy that takes longer than its connection allows is given up', async () => {
  const hasty = appClient(database.url, 300)
  await hasty.connect()
  await expect(openCopies(hasty)('SELECT pg_sleep(5)')).rejects.toThrow('Query read timeout')
  await hasty.end()
})
