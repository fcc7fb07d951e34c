import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { Client } from 'pg'
import type { FaultSettings } from '../../src/sandbox/gateway/faults.ts'
import type { Lane } from './lane.ts'
import { between, pick, type Random } from './random.ts'
import { steps, type StepName, type When } from './steps.ts'

/** What happens in one run. */
export interface Fault {
  needsRedis?: true
  /** A process is killed at this step, the `nth` time it comes by. */
  kill?: { step: StepName; when: When; nth: number }
  /** One process has a wrong clock. */
  clock?: { process: 'serve' | 'work'; shiftMs: number }
  gateway?: FaultSettings
  /** Strikes while transactions come in; resolves when all is mended. */
  strike?: (lane: Lane, databaseUrl: string) => Promise<void>
}

const outageMs = 5_000
const tenMinutesMs = 600_000
const whens = ['before', 'during', 'after'] as const

type Maker = (random: Random) => Fault

const kills = Object.fromEntries(
  Object.keys(steps).map((name): [string, Maker] => [
    `kill.${name}`,
    (random) => ({
      kill: {
        step: name as StepName,
        when: pick(random, whens),
        // What is due last comes by seldom.
        nth: name === 'survey.conclude' ? 1 : between(random, 1, 3),
      },
      // Only where answers and receipts are lost is there anything to ask about.
      ...(name.startsWith('reconcile.') && {
        gateway: {
          calls: [{ what: 'cut', accept: true, times: 2 }],
          pushes: { loseReceipts: 1 },
        },
      }),
    }),
  ]),
)

const redis: Record<string, Maker> = {
  'redis.flushed': () => ({
    needsRedis: true,
    strike: async (lane) => {
      // A flush may fall into a moment in which nothing waits: so several.
      for (let time = 0; time < 5; time++) {
        await withRedis(lane, (client) => client.flushall())
        await pause(150)
      }
    },
  }),
  'redis.stopped': () => ({
    needsRedis: true,
    strike: async ({ redis: server }) => {
      await server!.kill()
      await pause(outageMs)
      await server!.restart()
    },
  }),
  'redis.restarted_empty': () => ({
    needsRedis: true,
    strike: async (lane) => {
      await lane.redis!.kill()
      await pause(500)
      await lane.redis!.restart()
      await withRedis(lane, (client) => client.flushall())
    },
  }),
  'redis.hangs': () => ({
    needsRedis: true,
    strike: async (lane) => {
      await withRedis(lane, (client) => client.client('PAUSE', outageMs, 'ALL'))
      await pause(outageMs)
    },
  }),
}

const postgres: Record<string, Maker> = {
  'postgres.crashed': () => ({ strike: (lane) => lane.crashPostgres() }),
  'postgres.connections_cut': (random) => {
    const times = between(random, 1, 8)
    return {
      strike: async (_lane, url) => {
        for (let time = 0; time < times; time++) {
          await cutConnections(url)
          await pause(150)
        }
      },
    }
  },
}

const sending = { actions: ['SendBatchSms' as const] }
const some = (random: Random) => between(random, 1, 3)

const gateway: Record<string, Maker> = {
  'gateway.hangs_after_accepting': (random) => ({
    gateway: { calls: [{ ...sending, what: 'hang', accept: true, times: some(random) }] },
  }),
  'gateway.hangs_before_accepting': (random) => ({
    gateway: { calls: [{ ...sending, what: 'hang', times: some(random) }] },
  }),
  'gateway.server_error_after_accepting': (random) => ({
    gateway: { calls: [{ ...sending, what: 'server_error', accept: true, times: some(random) }] },
  }),
  'gateway.server_error_before_accepting': (random) => ({
    gateway: { calls: [{ ...sending, what: 'server_error', times: some(random) }] },
  }),
  'gateway.throttles': (random) => ({
    gateway: {
      calls: [
        { ...sending, what: 'throttle', times: some(random) },
        {
          ...sending,
          what: 'refuse',
          code: 'isv.BUSINESS_LIMIT_CONTROL',
          message: '触发分钟级流控Permits:1',
          times: some(random),
        },
      ],
    },
  }),
  'gateway.cuts_mid_body': (random) => ({
    gateway: { calls: [{ ...sending, what: 'cut_mid_body', accept: true, times: some(random) }] },
  }),
  'gateway.cuts_connection': (random) => ({
    gateway: {
      calls: [
        { ...sending, what: 'cut', accept: random() < 0.5, times: some(random) },
        { actions: ['QuerySendDetails'], what: 'cut', share: 0.3 },
      ],
    },
  }),
  'gateway.answers_html': (random) => ({
    gateway: { calls: [{ ...sending, what: 'html', accept: random() < 0.5, times: some(random) }] },
  }),
  'gateway.loses_receipts': (random) => ({
    gateway: {
      // What is settled by receipts elsewhere must be asked for here.
      calls: [{ ...sending, what: 'cut', accept: true, times: some(random) }],
      pushes: { loseReceipts: 0.3 + 0.7 * random() },
    },
  }),
  'gateway.pushes_twice_and_out_of_order': (random) => ({
    gateway: { pushes: { duplicate: 0.5 + 0.5 * random(), reorder: true } },
  }),
}

const clocks: Record<string, Maker> = {
  'clock.worker_ahead': () => ({ clock: { process: 'work', shiftMs: tenMinutesMs } }),
  'clock.worker_behind': () => ({ clock: { process: 'work', shiftMs: -tenMinutesMs } }),
  'clock.server_ahead': () => ({ clock: { process: 'serve', shiftMs: tenMinutesMs } }),
  'clock.server_behind': () => ({ clock: { process: 'serve', shiftMs: -tenMinutesMs } }),
}

export const faults: Readonly<Record<string, Maker>> = {
  ...kills,
  ...redis,
  ...postgres,
  ...gateway,
  ...clocks,
}

async function withRedis(lane: Lane, act: (client: Redis) => Promise<unknown>): Promise<void> {
  const client = new Redis(lane.redis!.url)
  try {
    await act(client)
  } finally {
    client.disconnect()
  }
}

/** All sessions of this database but our own. */
async function cutConnections(url: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name <> 'fault suite'`,
  )
  await client.end()
}
