import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { insertCallbacks } from '../../src/callback/store.ts'
import { systemClock } from '../../src/foundation/clock.ts'
import { openDatabase, type Database } from '../../src/foundation/database.ts'
import { idMaker } from '../../src/foundation/ids.ts'
import { freshDatabase } from '../support/postgres.ts'

let database: Awaited<ReturnType<typeof freshDatabase>>
let db: Database

beforeAll(async () => {
  database = await freshDatabase()
  db = openDatabase(database.url, { max: 1 })
})
afterAll(async () => {
  await db.destroy()
  await database.drop()
})

async function keptStatements(like: string): Promise<string[]> {
  // Without a parameter, so that it is not kept itself.
  const { rows } = await sql<{ statement: string }>`
    SELECT statement FROM pg_prepared_statements`.execute(db)
  return rows.map(({ statement }) => statement).filter((statement) => statement.includes(like))
}

test('a statement that comes again is kept by the server, once, whatever its values', async () => {
  for (const value of [1, 2, 3]) {
    const { rows } = await sql`SELECT ${value}::int AS kept_value`.execute(db)
    expect(rows).toEqual([{ keptValue: value }])
  }
  expect(await keptStatements('kept_value')).toHaveLength(1)
})

test('a list of rows, whose statement is another at every length, is not kept', async () => {
  for (const length of [20, 30]) {
    const values = sql.join(Array.from({ length }, (_, index) => sql`(${index}::int)`))
    const { rows } = await sql`SELECT count(*) AS listed FROM (VALUES ${values}) AS v`.execute(db)
    expect(rows).toEqual([{ listed: length }])
  }
  expect(await keptStatements('listed')).toEqual([])
})

test('a kept statement outlives the transaction that was undone when it first came', async () => {
  const ask = (value: string) => sql`SELECT ${value}::int AS outlived`
  await expect(
    db.transaction().execute(async (tx) => {
      await ask('1').execute(tx)
      throw new Error('undone')
    }),
  ).rejects.toThrow('undone')
  await expect(ask('no number').execute(db)).rejects.toThrow('invalid input syntax')
  expect((await ask('2').execute(db)).rows).toEqual([{ outlived: 2 }])
})

test('callbacks opened one at a time are opened also once the server has a plan for all values', async () => {
  const newId = idMaker(systemClock)
  const now = systemClock.now()
  // After five plans for the values at hand the server makes one for all.
  for (let count = 0; count < 8; count++) {
    const caseId = newId()
    const wanted = {
      id: newId(),
      caseId,
      origin: 'dissatisfied' as const,
      priority: 5,
      unitCode: 'U1',
      dueAt: now,
      dueProvisional: false,
      notBefore: now,
    }
    const opened = await db.transaction().execute((tx) => insertCallbacks(tx, [wanted]))
    expect(opened).toEqual([caseId])
  }
})
