/**
 * Does the work of many callers together. While rounds are under way, what further callers bring
 * collects, and goes into the next round at once: nobody waits for a timer, and the busier it is the
 * larger the rounds. A round that fails fails for those whose items were in it.
 */
export function gather<Item, Result>(
  act: (items: Item[]) => Promise<readonly Result[]>,
  limits: { itemsAtMost: number; roundsAtOnce: number },
): (item: Item) => Promise<Result> {
  interface Waiting {
    item: Item
    resolve: (result: Result) => void
    reject: (error: unknown) => void
  }
  let waiting: Waiting[] = []
  let rounds = 0

  async function run(): Promise<void> {
    rounds++
    while (waiting.length > 0) {
      const round = waiting.slice(0, limits.itemsAtMost)
      waiting = waiting.slice(limits.itemsAtMost)
      try {
        const results = await act(round.map(({ item }) => item))
        round.forEach(({ resolve }, index) => resolve(results[index]!))
      } catch (error) {
        for (const { reject } of round) reject(error)
      }
    }
    rounds--
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (rounds < limits.roundsAtOnce) void run()
    })
}
