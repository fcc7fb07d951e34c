import type { TestProject } from 'vitest/node'
import { dropDatabases, prepareDatabases, testServer } from './postgres.ts'
import { sharedRedis } from './redis.ts'

/** Once for all test files that need a database: the servers, and the template that they copy. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const server = await testServer(say)
  const redis = await sharedRedis()
  const stop = async (): Promise<void> => {
    await redis?.stop()
    await server.stop()
  }
  try {
    const databases = await prepareDatabases(server)
    project.provide('databases', databases)
    project.provide('redisUrl', redis?.url ?? null)
    if (redis === null) sayLeftOut()
    return async () => {
      if (redis === null) sayLeftOut()
      await dropDatabases(databases)
      await stop()
    }
  } catch (error) {
    await stop()
    throw error
  }
}

function sayLeftOut(): void {
  say('*'.repeat(78))
  say('LEFT OUT: everything that needs Redis. Install redis-server or set TEST_REDIS_URL.')
  say('*'.repeat(78))
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}
