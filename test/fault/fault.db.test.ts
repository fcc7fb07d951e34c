import { afterAll, beforeAll, expect, test } from 'vitest'
import { openLane, type Lane } from './lane.ts'
import { runFault } from './run.ts'

// The suite in short: one fault of each family. All of them: `npm run test:fault -- --runs 200`.
const faults = [
  'kill.dispatch.settle',
  'kill.reply.store',
  'redis.restarted_empty',
  'postgres.crashed',
  'gateway.hangs_after_accepting',
]

let lane: Lane
beforeAll(async () => {
  lane = await openLane(() => {})
})
afterAll(async () => lane.close())

test.each(faults.map((fault, index) => [fault, index + 1] as const))(
  'nothing is lost, nobody is texted twice, nothing is stuck: %s (seed %i)',
  async (fault, seed) => {
    const { complaints, texts } = await runFault(lane, seed, fault)
    expect(complaints).toEqual([])
    // Some 300; a kill between intent and call may cost a batch of a hundred, and the thanks for its answers.
    expect(texts).toBeGreaterThan(100)
  },
  600_000,
)
