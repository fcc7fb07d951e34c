import { setTimeout as pause } from 'node:timers/promises'
import { stopwatch } from '../../foundation/clock.ts'
import { appClient } from '../../foundation/app-client.ts'
import type { Policy } from '../../policy/policy.ts'
import type { Unit } from '../../unit/unit.ts'
import { countPast, readPast, type Span } from './read.ts'
import { countReal, type RealResult } from './real.ts'
import { openDryRun, type AskTexts, type DryRunResult } from './rules.ts'

export interface DryRunTask {
  databaseUrl: string
  policy: Policy
  texts: readonly AskTexts[]
  units: ReadonlyMap<string, Unit>
  span: Span
}
export type DryRunNews =
  | { kind: 'progress'; lookedAt: number; toLookAt: number }
  | { kind: 'result'; lookedAt: number; result: DryRunResult; real: RealResult }
  | { kind: 'failed'; error: Error }

const queryTimeoutMs = 120_000
// A million in 28 seconds, of which the database is busy for about one and this process for three to four: texts are never to wait for it.
const rowsPerMs = 36

/** Goes through the transactions of a span, slowly enough for everybody else, and tells how far it is. */
export async function simulate(
  { databaseUrl, policy, texts, units, span }: DryRunTask,
  tell: (news: DryRunNews) => void,
): Promise<void> {
  const client = appClient(databaseUrl, queryTimeoutMs)
  await client.connect()
  try {
    // One process of the database at a time, for the same reason.
    await client.query('SET max_parallel_workers_per_gather = 0')
    const toLookAt = await countPast(client, span)
    const run = openDryRun({ policy, texts, units, countFromMs: span.countFromMs })
    const wanted = {
      policy: policy.survey,
      hashes: texts.some(({ shares }) => shares.length > 1),
      expected: toLookAt,
    }
    let lookedAt = 0
    const elapsedMs = stopwatch()
    for await (const taken of readPast(client, span, wanted, (past) => run.add(past))) {
      lookedAt += taken
      tell({ kind: 'progress', lookedAt, toLookAt })
      await pause(Math.max(0, lookedAt / rowsPerMs - elapsedMs()))
    }
    const real = await countReal(client, span)
    tell({ kind: 'result', lookedAt, result: run.result(), real })
  } finally {
    await client.end()
  }
}
