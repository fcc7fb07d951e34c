/**
 * Reads at most once every `maxAgeMs` and remembers the answer; all who ask while a read is under way
 * share it. A read that failed is not remembered.
 */
export function remember<T>(read: () => Promise<T>, maxAgeMs: number): () => Promise<T> {
  let known: { value: T; readAtMs: number } | undefined
  let reading: Promise<T> | undefined
  const readNow = async () => {
    try {
      const value = await read()
      known = { value, readAtMs: performance.now() }
      return value
    } finally {
      reading = undefined
    }
  }
  return async () => {
    if (known && performance.now() - known.readAtMs < maxAgeMs) return known.value
    return (reading ??= readNow())
  }
}
