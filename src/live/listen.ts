import { setTimeout as pause } from 'node:timers/promises'
import type { Client } from 'pg'
import { appClient } from '../foundation/app-client.ts'
import type { Log } from '../foundation/log.ts'
import { readChange, type Change } from './rules.ts'

const channel = 'huifang_change'
const lookMs = 10_000
const retryMs = [100, 500, 1_000, 2_000, 5_000]

export interface Ear {
  stop(): Promise<void>
}

/**
 * One connection per process that hears what all processes commit. When it is lost it is opened again,
 * and whatever was said meanwhile is unknown: then `tellGap` is called. A connection that is dead without
 * having been closed is found by asking every ten seconds.
 */
export function listenForChanges(
  databaseUrl: string,
  log: Log,
  hear: { tell: (change: Change) => void; tellGap: () => void },
): Ear {
  const stopping = new AbortController()
  const { signal } = stopping
  let client: Client | undefined

  async function listenOnce(listening: () => void): Promise<void> {
    client = appClient(databaseUrl)
    const lost = new Promise<never>((_, reject) => {
      client!.on('error', reject)
      client!.once('end', () => reject(new Error('the connection has ended')))
    })
    lost.catch(() => {})
    client.on('notification', ({ payload }) => {
      const change = readChange(payload ?? '')
      if (change) hear.tell(change)
    })
    try {
      // An end while it connects is told by the event alone.
      await Promise.race([lost, client.connect()])
      await client.query(`LISTEN ${channel}`)
      listening()
      hear.tellGap()
      for (;;) {
        await Promise.race([lost, pause(lookMs, undefined, { signal })])
        await Promise.race([lost, client.query('SELECT 1')])
      }
    } finally {
      await client.end().catch(() => {})
    }
  }

  const loop = (async () => {
    for (let failures = 0; !signal.aborted;) {
      await listenOnce(() => {
        failures = 0
      }).catch((error: unknown) => {
        if (!signal.aborted) log.warn({ err: error }, 'live changes are not heard; trying again')
      })
      const waitMs = retryMs[Math.min(failures++, retryMs.length - 1)]
      await pause(waitMs, undefined, { signal }).catch(() => {})
    }
  })()

  return {
    async stop() {
      stopping.abort()
      await client?.end().catch(() => {})
      await loop
    },
  }
}
