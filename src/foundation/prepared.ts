import { createHash } from 'node:crypto'
import type { PoolClient } from 'pg'

/**
 * Lists of rows are written with as many parameters as they have values, so their statements are too many to
 * keep. One with few parameters is one of those that stand in the code, and comes again and again.
 */
const parametersAtMost = 16

const names = new Map<string, string>()

function nameOf(text: string): string {
  let name = names.get(text)
  if (name === undefined) {
    name = createHash('sha256').update(text).digest('base64url')
    names.set(text, name)
  }
  return name
}

type Query = (...given: unknown[]) => unknown

/**
 * Has the server keep the statements of this connection prepared: for small ones on partitioned tables parsing
 * and planning takes several times as long as running them. The server itself decides whether one plan does for
 * all values, and makes plans anew when tables change.
 */
export function keepPrepared(client: PoolClient): void {
  const query = client.query.bind(client) as Query
  const prepared: Query = (text, values, ...rest) =>
    typeof text === 'string' && Array.isArray(values) && isSteady(values)
      ? query({ name: nameOf(text), text, values }, ...rest)
      : query(text, values, ...rest)
  client.query = prepared as PoolClient['query']
}

const isSteady = ({ length }: unknown[]) => length > 0 && length <= parametersAtMost
