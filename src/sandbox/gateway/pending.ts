/** Counts what is still under way, so that one can wait until nothing is. */
export interface Pending {
  add(count: number): void
  done(count: number): void
  count(): number
  /** Resolves once nothing is under way. */
  idle(): Promise<void>
  clear(): void
}

export function createPending(): Pending {
  let count = 0
  let waiting: (() => void)[] = []
  const wake = () => {
    const woken = waiting
    waiting = []
    for (const resolve of woken) resolve()
  }
  return {
    add: (more) => {
      count += more
    },
    done: (fewer) => {
      count -= fewer
      if (count === 0) wake()
    },
    count: () => count,
    idle: () => (count === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    clear: () => {
      count = 0
      wake()
    },
  }
}
