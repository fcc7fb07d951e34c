import type { Log } from './log.ts'

export interface Timer {
  /** Stops and waits for the round under way. */
  stop(): Promise<void>
}

/**
 * Runs `round` again and again, `intervalMs` after the last one ended; at once when it says that there
 * is more to do. A round that fails is logged and the next one comes all the same. A plain timer, never
 * a scheduled job: emptying the queue's store must not silence it (law 1).
 */
export function startTimer(
  name: string,
  intervalMs: number,
  log: Log,
  round: () => Promise<boolean | void>,
): Timer {
  const stopping = new AbortController()
  let wakeUp = () => {}
  const loop = (async () => {
    while (!stopping.signal.aborted) {
      const more = await round().catch((error: unknown) => {
        log.error({ err: error, timer: name }, 'timer round failed')
      })
      if (more && !stopping.signal.aborted) continue
      await new Promise<void>((resolve) => {
        if (stopping.signal.aborted) return resolve()
        const timeout = setTimeout(resolve, intervalMs)
        wakeUp = () => {
          clearTimeout(timeout)
          resolve()
        }
      })
    }
  })()
  return {
    async stop() {
      stopping.abort()
      wakeUp()
      await loop
    },
  }
}
