import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { freePort } from './free-port.ts'

/** A Redis server that its starter may flush, kill and start again. */
export interface OwnRedis {
  url: string
  /** kill -9; what is not on the disk is lost. */
  kill: () => Promise<void>
  /** After `kill`: again on the same port, with its append-only file. */
  restart: () => Promise<void>
  stop: () => Promise<void>
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
