import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Client } from 'pg'
import { copyRows, type BinaryRows } from '../../src/foundation/copy-rows.ts'
import { appClient } from '../../src/foundation/database.ts'
import { idTime } from '../../src/foundation/ids.ts'
import { freshDatabase } from '../support/postgres.ts'

let database: Awaited<ReturnType<typeof freshDatabase>>
let client: Client

beforeAll(async () => {
  database = await freshDatabase()
  client = appClient(database.url)
  await client.connect()
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
  const id = '019aa5b1-2c3d-7e4f-8a5b-6c7d8e9f0a1b'
  const rows = await copyRows(
    client,
    `VALUES ('${id}'::uuid, '户政 😀'::text, '\\x00ff10'::bytea, timestamptz '2026-11-29 15:00:00.123456+08'),
       ('${id}', '', '\\x', timestamptz '1969-12-31 23:59:59.5Z'),
       ('${id}', NULL, NULL, NULL)`,
  )
  const taken = all(rows, (row) => {
    const found = row.id()
    return [found.text(), found.timeMs, row.text(), row.bytes()?.toString('hex'), row.timeMs()]
  })
  const time = idTime(id).getTime()
  expect(taken).toEqual([
    [id, time, '户政 😀', '00ff10', Date.parse('2026-11-29T07:00:00.123Z') + 0.456],
    [id, time, '', '', -500],
    [id, time, null, undefined, null],
  ])
})

test('many rows come whole and in order, and none are no rows', async () => {
  const many = await copyRows(
    client,
    `SELECT n::text FROM generate_series(1, 50000) AS g(n) ORDER BY g.n`,
  )
  expect(all(many, (row) => Number(row.text()))).toEqual(
    Array.from({ length: 50_000 }, (_, index) => index + 1),
  )
  expect(all(await copyRows(client, `SELECT ''::text WHERE false`), (row) => row.text())).toEqual(
    [],
  )
})

test('a copy that fails says so, and the connection goes on', async () => {
  await expect(
    copyRows(client, 'SELECT 1 / (n - 20000) FROM generate_series(1, 30000) AS n'),
  ).rejects.toThrow('division by zero')
  expect(all(await copyRows(client, `SELECT 'on'::text`), (row) => row.text())).toEqual(['on'])
})

test('a copy that takes longer than its connection allows is given up', async () => {
  const hasty = appClient(database.url, 300)
  await hasty.connect()
  await expect(copyRows(hasty, 'SELECT pg_sleep(5)')).rejects.toThrow('Query read timeout')
  await hasty.end()
})
