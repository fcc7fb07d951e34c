import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import { inject } from 'vitest'
import { ownRedis } from '../../src/sandbox/redis.ts'
import { testEnv } from './env.ts'

export { ownRedis, type OwnRedis } from '../../src/sandbox/redis.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Null where there is no Redis to test with. */
    redisUrl: string | null
  }
}

/** A place in the Redis server that all test files share. Never flush it. */
export interface TestRedis {
  url: string
  /** For all keys; in braces, so that a cluster keeps them together. */
  prefix: string
  /** Deletes the keys under the prefix. */
  clear: () => Promise<void>
}

/** Null where there is neither TEST_REDIS_URL nor `redis-server`; in files called `*.db.test.ts` only. */
export function testRedis(): TestRedis | null {
  const url = inject('redisUrl')
  if (url === null) return null
  const prefix = `{huifang-test-${randomBytes(5).toString('hex')}}`
  return { url, prefix, clear: () => deleteKeys(url, prefix) }
}

/** What the global set-up starts for all: null if there is nothing to start. */
export async function sharedRedis(): Promise<{ url: string; stop(): Promise<void> } | null> {
  if (testEnv.redisUrl !== undefined) {
    return { url: testEnv.redisUrl, stop: () => Promise.resolve() }
  }
  return ownRedis()
}

async function deleteKeys(url: string, prefix: string): Promise<void> {
  const redis = new Redis(url)
  try {
    for await (const keys of redis.scanStream({ match: `${prefix}*`, count: 1000 })) {
      if ((keys as string[]).length > 0) await redis.unlink(...(keys as string[]))
    }
  } finally {
    redis.disconnect()
  }
}
