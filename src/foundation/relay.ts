import type { Log } from './log.ts'
import { startTimer, type Timer } from './timer.ts'

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

/**
 * The relay: hands due rows to the queue. Every `work` process runs one; they share the work row by row.
 * Taking a row only postpones the next look, so a wake-up that is lost is repeated by itself.
 */
export function startRelay<Name extends string>(
  sources: readonly DueSource<Name>[],
  wake: (queue: Name, ids: readonly string[]) => Promise<void>,
  intervalMs: number,
  log: Log,
): Timer {
  return startTimer('relay', intervalMs, log, async () => {
    let more = false
    for (const source of sources) {
      const batches = await source.take(roundLimit)
      for (const ids of batches) await wake(source.queue, ids)
      more ||= batches.reduce((sum, ids) => sum + ids.length, 0) >= roundLimit
    }
    return more
  })
}
