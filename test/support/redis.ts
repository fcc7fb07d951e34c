import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { inject } from 'vitest'
import { testEnv } from './env.ts'

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

/** A Redis server that one test may flush, kill and start again. */
export interface OwnRedis {
  url: string
  /** kill -9; what is not on the disk is lost. */
  kill: () => Promise<void>
  /** After `kill`: again on the same port, with its append-only file. */
  restart: () => Promise<void>
  stop: () => Promise<void>
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

/** Starts a server of one's own (noeviction, append-only file); null if `redis-server` is not installed. */
export async function ownRedis(): Promise<OwnRedis | null> {
  if (spawnSync('redis-server', ['--version']).status !== 0) return null
  const folder = await mkdtemp(join(tmpdir(), 'huifang-redis-'))
  const port = await freePort()
  const url = `redis://127.0.0.1:${port}`
  let server = await start(port, folder, url)
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return
    const gone = once(server, 'exit')
    server.kill(signal)
    await gone
  }
  return {
    url,
    kill: () => end('SIGKILL'),
    restart: async () => {
      server = await start(port, folder, url)
    },
    stop: async () => {
      await end('SIGTERM')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function start(port: number, folder: string, url: string): Promise<ChildProcess> {
  const flags = `--bind 127.0.0.1 --port ${port} --maxmemory-policy noeviction --appendonly yes --save`
  const server = spawn('redis-server', [...flags.split(' '), '', '--dir', folder], {
    stdio: 'ignore',
  })
  while (!(await answers(url))) {
    if (server.exitCode !== null) throw new Error(`redis-server ended with ${server.exitCode}`)
    await pause(20)
  }
  return server
}

async function answers(url: string): Promise<boolean> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null })
  redis.on('error', () => {})
  try {
    await redis.connect()
    return (await redis.ping()) === 'PONG'
  } catch {
    return false
  } finally {
    redis.disconnect()
  }
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

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}
