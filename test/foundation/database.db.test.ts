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

test('a connection that is cut between two statements of a transaction costs that transaction, not the process', async () => {
  const database = await freshDatabase()
  // In a process of its own: an event that nobody listens to ends it.
  const program = `
    import { setTimeout as pause } from 'node:timers/promises'
    import { sql } from 'kysely'
    import { Client } from 'pg'
    import { openDatabase } from './src/foundation/database.ts'
    const db = openDatabase(${JSON.stringify(database.url)}, { max: 2 })
    const owner = new Client(${JSON.stringify(database.url)})
    await owner.connect()
    const session = sql\`SELECT pg_backend_pid() AS pid\`
    const cut = db.transaction().execute(async (tx) => {
      const { pid } = (await session.execute(tx)).rows[0]
      await owner.query('SELECT pg_terminate_backend($1)', [pid])
      const left = () => owner.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid])
      while ((await left()).rows.length > 0) await pause(10)
      // The news is on its way to this process.
      await left()
      await session.execute(tx)
    })
    const failed = await cut.then(() => false, () => true)
    await session.execute(db)
    process.stdout.write(failed ? 'failed, and went on' : 'did not fail')
    await owner.end()
    await db.destroy()`
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  })
  expect(output).toBe('failed, and went on')
  await database.drop()
})
