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

const cutHere = `
  import { setTimeout as pause } from 'node:timers/promises'
  import { Client } from 'pg'
  async function cut(url, pid) {
    const owner = new Client(url)
    await owner.connect()
    await owner.query('SELECT pg_terminate_backend($1)', [pid])
    const left = () => owner.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid])
    while ((await left()).rows.length > 0) await pause(10)
    // The news is on its way to this process.
    await left()
    await owner.end()
  }`

// In a process of its own: an event that nobody listens to ends it.
const outputOf = (program: string) =>
  execFileSync(process.execPath, ['--input-type=module', '-e', cutHere + program], {
    encoding: 'utf8',
  })

test('a connection that is cut between two statements of a transaction costs that transaction, not the process', async () => {
  const database = await freshDatabase()
  const url = JSON.stringify(database.url)
  const output = outputOf(`
    import { sql } from 'kysely'
    import { openDatabase } from './src/foundation/database.ts'
    const db = openDatabase(${url}, { max: 2 })
    const session = sql\`SELECT pg_backend_pid() AS pid\`
    const asked = db.transaction().execute(async (tx) => {
      await cut(${url}, (await session.execute(tx)).rows[0].pid)
      await session.execute(tx)
    })
    const failed = await asked.then(() => false, () => true)
    await session.execute(db)
    process.stdout.write(failed ? 'failed, and went on' : 'did not fail')
    await db.destroy()`)
  expect(output).toBe('failed, and went on')
  await database.drop()
})

test('a connection of the queue that is cut while nobody asks it anything does not cost the process', async () => {
  const database = await freshDatabase()
  const url = JSON.stringify(database.url)
  const output = outputOf(`
    import { postgresBackend } from './src/foundation/queue-backend.ts'
    const backend = postgresBackend(${url})
    const queue = backend.queue('cut', {})
    const pool = queue.backend.connection.pool
    const held = await pool.connect()
    await cut(${url}, (await held.query('SELECT pg_backend_pid() AS pid')).rows[0].pid)
    const failed = await held.query('SELECT').then(() => false, () => true)
    held.release(true)
    await queue.add('look', {})
    process.stdout.write((failed ? 'failed' : 'did not fail') + ', ' + (await queue.count()))
    await queue.close()
    await backend.close()`)
  expect(output).toBe('failed, 1')
  await database.drop()
})
