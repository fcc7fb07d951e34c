import { randomFillSync } from 'node:crypto'

// Asking the system for a few bytes at a time costs more than whatever they are asked for.
const pool = Buffer.alloc(4_096)
let used = pool.length

/** Up to 4096 bytes from the system's source of randomness, each given out once. */
export function takeRandom(length: number): Buffer {
  if (used + length > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const taken = Buffer.from(pool.subarray(used, used + length))
  pool.fill(0, used, used + length)
  used += length
  return taken
}
