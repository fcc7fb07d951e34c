import { Client } from 'pg'

/** The role under which `serve` and `work` do everything; the owner's rights are for migrations alone. */
export const appRole = 'huifang_app'

/** One connection of its own that acts as the app's role: for LISTEN, or for reading much. */
export function appClient(url: string, queryTimeoutMs = 10_000): Client {
  return new Client({
    connectionString: url,
    options: `-c role=${appRole}`,
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
    query_timeout: queryTimeoutMs,
  })
}
