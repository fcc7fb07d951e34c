import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { expect, test } from 'vitest'
import { migrateDatabase, migrateDown } from '../../src/foundation/migrate.ts'
import { freshDatabase } from '../support/postgres.ts'

test('the generated types are those of the migrated tables', async () => {
  const database = await freshDatabase()
  const file = join(mkdtempSync(join(tmpdir(), 'huifang-types-')), 'db-types.ts')
  execFileSync('node_modules/.bin/kysely-codegen', ['--url', database.url, '--out-file', file])
  expect(readFileSync(file, 'utf8')).toBe(readFileSync('src/foundation/db-types.ts', 'utf8'))
  await database.drop()
})

test('every migration can be undone and done again', async () => {
  const database = await freshDatabase()
  const tables = async () => {
    const client = new Client({ connectionString: database.url })
    await client.connect()
    const { rows } = await client.query(
      `SELECT string_agg(table_name, ',' ORDER BY table_name) AS names FROM information_schema.tables WHERE table_schema = 'public'`,
    )
    await client.end()
    return (rows as { names: string }[])[0]!.names
  }
  const before = await tables()
  while ((await migrateDown(database.url)) !== null);
  expect(await tables()).toBe('kysely_migration,kysely_migration_lock')
  await migrateDatabase(database.url)
  expect(await tables()).toBe(before)
  await database.drop()
})
