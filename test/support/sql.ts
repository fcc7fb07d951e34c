import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'

/** The same server's connection URL for another database. */
export function named(url: string, database: string): string {
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return changed.href
}

/** One statement on a connection of its own. */
export async function query(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows
  } finally {
    await client.end()
  }
}

const autovacuumAtWork = '42501'

/** Drops a database and cuts who is connected. FORCE may not cut an autovacuum worker, which belongs to the superuser; it is done within moments. */
export async function dropForced(url: string, name: string): Promise<void> {
  for (let triesLeft = 40; ; triesLeft--) {
    try {
      await query(url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
      return
    } catch (error) {
      if ((error as { code?: string }).code !== autovacuumAtWork || triesLeft === 0) throw error
      await pause(250)
    }
  }
}
