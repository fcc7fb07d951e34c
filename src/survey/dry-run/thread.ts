import { constants, setPriority } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { stopwatch } from '../../foundation/clock.ts'
import { appClient } from '../../foundation/database.ts'
import type { Policy } from '../../policy/policy.ts'
import type { Unit } from '../../unit/unit.ts'
import { countPast, readPast, type Span } from './read.ts'
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
  | { kind: 'result'; lookedAt: number; result: DryRunResult }

const queryTimeoutMs = 120_000
// A million in 28 seconds, and a twentieth of one core of the database: texts are never to wait for this.
const rowsPerMs = 36

// On Linux a priority belongs to the thread: texts and people go before this.
setPriority(constants.priority.PRIORITY_LOW)
const { databaseUrl, policy, texts, units, span } = workerData as DryRunTask
const tell = (news: DryRunNews) =>
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
  parentPort!.postMessage(news)

const client = appClient(databaseUrl, queryTimeoutMs)
await client.connect()
try {
  // One process of the database at a time, for the same reason.
  await client.query('SET max_parallel_workers_per_gather = 0')
  const toLookAt = await countPast(client, span)
  const run = openDryRun({ policy, texts, units, countFromMs: span.countFromMs })
  let lookedAt = 0
  const elapsedMs = stopwatch()
  for await (const page of readPast(client, span, policy.survey)) {
    for (const past of page) run.add(past)
    lookedAt += page.length
    tell({ kind: 'progress', lookedAt, toLookAt })
    await pause(Math.max(0, lookedAt / rowsPerMs - elapsedMs()))
  }
  tell({ kind: 'result', lookedAt, result: run.result() })
} finally {
  await client.end()
}
