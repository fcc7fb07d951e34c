import { expect, test } from 'vitest'
import { openLog } from '../../src/foundation/log.ts'
import { startRelay } from '../../src/foundation/relay.ts'

/** A backlog that never ends, and a queue whose workers finish a job now and then. */
async function relayed(finishes: (round: number) => boolean) {
  let waiting = 0
  let most = 0
  let rounds = 0
  let end = () => {}
  const ended = new Promise<void>((resolve) => (end = resolve))
  const relay = startRelay(
    [
      {
        queue: 'dispatch',
        take: (limit) =>
          Promise.resolve(Array.from({ length: limit / 100 }, () => Array<string>(100).fill('id'))),
      },
    ],
    {
      handOn: (_queue, batches) => {
        waiting += batches.length
        most = Math.max(most, waiting)
        return Promise.resolve()
      },
      waiting: () => {
        if (++rounds === 200) end()
        if (finishes(rounds)) waiting = Math.max(0, waiting - 1)
        return Promise.resolve(waiting)
      },
    },
    0,
    openLog('silent'),
  )
  await ended
  await relay.stop()
  return most
}

test('a backlog stays in the database: while many jobs wait, the relay hands on no more', async () => {
  expect(await relayed(() => false)).toBe(40)
  expect(await relayed((round) => round % 2 === 0)).toBeLessThan(60)
})
