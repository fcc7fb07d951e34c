import { Client } from 'pg'
import { expect, test } from 'vitest'
import { freshDatabase } from './postgres.ts'
import { testRedis } from './redis.ts'

const redis = testRedis()

async function ask(url: string, statement: string): Promise<unknown[][]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query({ text: statement, rowMode: 'array' })).rows as unknown[][]
  } finally {
    await client.end()
  }
}

test('a fresh database is migrated, and nobody else’s', async () => {
  const [one, other] = await Promise.all([freshDatabase(), freshDatabase()])
  await ask(one.url, 'CREATE TABLE mine (id int)')
  const tables = `SELECT to_regclass('kysely_migration') IS NOT NULL, to_regclass('mine') IS NOT NULL`
  expect(await ask(one.url, tables)).toEqual([[true, true]])
  expect(await ask(other.url, tables)).toEqual([[true, false]])

  await one.drop()
  await expect(ask(one.url, tables)).rejects.toThrow('does not exist')
  await other.drop()
})

test('the owner is no superuser: what passes here passes on a server that an administrator runs', async () => {
  const { url, drop } = await freshDatabase()
  expect(await ask(url, 'SELECT rolsuper FROM pg_roles WHERE rolname = current_user')).toEqual([
    [false],
  ])
  await drop()
})

test.skipIf(redis === null)('the keys of a test have a prefix of their own', () => {
  expect(redis?.prefix).toMatch(/^\{huifang-test-[0-9a-f]{10}\}$/)
  expect(testRedis()?.prefix).not.toBe(redis?.prefix)
})
