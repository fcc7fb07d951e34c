import { Redis } from 'ioredis'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { freshPhone, row, testApp, until } from './support/app.ts'
import { ownRedis } from './support/redis.ts'

/** Pushes 10,000 transactions in arrays of 1,000 while workers run; `disturb` strikes in between. */
async function pushMany(
  redisUrl: string | null,
  disturb: () => Promise<unknown>,
): Promise<{ states: object[]; texted: number; twice: number }> {
  const t = await testApp({
    redisUrl,
    policy: (policy) => void (policy.survey.replyWindowSeconds = 3_600),
  })
  try {
    await t.work()
    for (let part = 0; part < 10; part++) {
      const rows = Array.from({ length: 1_000 }, (_, index) =>
        row(`${part}-${index}`, { citizen: { phone: freshPhone() } }),
      )
      const { status } = await t.call('POST', '/api/v1/transactions', t.sourceKey, rows)
      expect(status).toBe(202)
      if (part === 4) await disturb()
    }
    // What the lost jobs had taken up is due again; nobody waits two minutes for it here.
    await t.app.db
      .updateTable('message')
      .set({ lookAt: sql`now()` })
      .where('state', '=', 'queued')
      .execute()
    const states = await until(
      'all accounted for',
      async () => {
        const rows = await t.app.db
          .selectFrom('survey')
          .select(['state', sql<number>`count(*)`.as('surveys')])
          .groupBy('state')
          .execute()
        return rows.every(({ state }) => state === 'open') && rows
      },
      200_000,
    )
    const ledger = t.gateway.ledger()
    const twice = ledger.filter(({ times }) => times > 1).length
    return { states, texted: ledger.length, twice }
  } finally {
    await t.close()
  }
}

const allOnce = { states: [{ state: 'open', surveys: 10_000 }], texted: 10_000, twice: 0 }

test('10,000 transactions are all asked about once, on the queue in PostgreSQL', async () => {
  expect(await pushMany(null, async () => {})).toEqual(allOnce)
}, 240_000)

test('10,000 transactions are all asked about once, although Redis is flushed meanwhile', async ({
  skip,
}) => {
  const redis = await ownRedis()
  if (redis === null) return skip('redis-server is not installed')
  const admin = new Redis(redis.url)
  try {
    expect(await pushMany(redis.url, () => admin.flushall())).toEqual(allOnce)
  } finally {
    admin.disconnect()
    await redis.stop()
  }
}, 240_000)
