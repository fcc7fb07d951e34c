import { readdir } from 'node:fs/promises'
import { runMigrations } from 'bullmq'
import { Kysely, PostgresDialect } from 'kysely'
import { Migrator, type Migration } from 'kysely/migration'
import { Client, Pool } from 'pg'
import { appRole } from './app-client.ts'
import { queueSchema } from './database.ts'

const migrationsFolder = new URL('../../migrations/', import.meta.url)

/** Every migration of the folder, by its file name. */
async function readMigrations(): Promise<Record<string, Migration>> {
  const names = (await readdir(migrationsFolder)).filter((name) => name.endsWith('.ts')).sort()
  const modules = await Promise.all(
    names.map(async (name) => [
      name.slice(0, -3),
      (await import(new URL(name, migrationsFolder).href)) as Migration,
    ]),
  )
  return Object.fromEntries(modules) as Record<string, Migration>
}

async function withMigrator<T>(
  ownerUrl: string,
  act: (migrator: Migrator) => Promise<T>,
): Promise<T> {
  const db = new Kysely<unknown>({
    dialect: new PostgresDialect({ pool: new Pool({ connectionString: ownerUrl, max: 2 }) }),
  })
  try {
    return await act(new Migrator({ db, provider: { getMigrations: readMigrations } }))
  } finally {
    await db.destroy()
  }
}

/**
 * Brings a database up to date: our own tables and those of the queue's PostgreSQL backend.
 * `ownerUrl` must belong to a role that may create tables and, at the first time, roles.
 * Returns the names of the migrations it ran.
 */
export async function migrateDatabase(ownerUrl: string): Promise<string[]> {
  const applied = await withMigrator(ownerUrl, async (migrator) => {
    const { error, results } = await migrator.migrateToLatest()
    if (error) throw error as Error
    return (results ?? []).map((result) => result.migrationName)
  })
  await migrateQueue(ownerUrl)
  return applied
}

/** Undoes the latest migration; returns its name, or null when there is none left. */
export async function migrateDown(ownerUrl: string): Promise<string | null> {
  return withMigrator(ownerUrl, async (migrator) => {
    const { error, results } = await migrator.migrateDown()
    if (error) throw error as Error
    return results?.[0]?.migrationName ?? null
  })
}

async function migrateQueue(ownerUrl: string): Promise<void> {
  const client = new Client({ connectionString: ownerUrl })
  await client.connect()
  try {
    await runMigrations(client, queueSchema)
    await client.query(`
      GRANT USAGE, CREATE ON SCHEMA ${queueSchema} TO ${appRole};
      GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA ${queueSchema} TO ${appRole};
      GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA ${queueSchema} TO ${appRole};
      GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${queueSchema} TO ${appRole};`)
  } finally {
    await client.end()
  }
}
