import type { Log } from './log.ts'
import type { Queues } from './queue.ts'
import { startTimer, type Timer } from './timer.ts'

/** The ids of rows in batches of up to `size`. */
export function inBatches(rows: readonly { id: string }[], size: number): string[][] {
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, part) =>
    rows.slice(part * size, part * size + size).map(({ id }) => id),
  )
}

/** A kind of due work: finds rows whose `look_at` has come and says which queue looks at them. */
export interface DueSource<Name extends string = string> {
  queue: Name
  /**
   * Takes up to `limit` due rows (`FOR UPDATE SKIP LOCKED`), moves their `look_at` on by the time after
   * which they count as forgotten, and returns their ids in batches of up to 100.
   */
  take(limit: number): Promise<string[][]>
}

const roundLimit = 2_000
// About a second's work. More would only wait in the queue until it counts as forgotten.
const waitingJobsLimit = 40

/**
 * The relay: hands due rows to the queue. Every `work` process runs one; they share the work row by row.
 * Taking a row only postpones the next look, so a wake-up that is lost is repeated by itself. While many jobs
 * of a queue wait, its rows stay where they are: a backlog waits in the database, where it is put in order.
 */
export function startRelay<Name extends string>(
  sources: readonly DueSource<Name>[],
  queues: Pick<Queues<Name>, 'handOn' | 'waiting'>,
  intervalMs: number,
  log: Log,
): Timer {
  const filled = new Set<Name>()
  return startTimer('relay', intervalMs, log, async () => {
    let more = false
    for (const source of sources) {
      const { queue } = source
      // Asked only after something was handed on: an idle relay asks the queue nothing.
      if (filled.has(queue) && (await queues.waiting(queue)) >= waitingJobsLimit) continue
      const batches = await source.take(roundLimit)
      await queues.handOn(queue, batches)
      if (batches.length > 0) filled.add(queue)
      else filled.delete(queue)
      more ||= batches.reduce((sum, ids) => sum + ids.length, 0) >= roundLimit
    }
    return more
  })
}
