import { dateAt, type Clock } from './clock.ts'
import { takeRandom } from './random.ts'

/** A UUIDv7 (RFC 9562): its first 48 bits are milliseconds, so that ids sort by age and choose the month's partition. */
export type Id = string

/** Makes ids that never go backwards within a process, even within one millisecond or when the clock steps back. */
export function idMaker(clock: Clock): () => Id {
  let lastMs = 0
  let sequence = 0
  return () => {
    const nowMs = clock.nowMs()
    if (nowMs > lastMs) {
      lastMs = nowMs
      sequence = takeRandom(2).readUInt16BE() & 0x7ff
    } else if (++sequence > 0xfff) {
      lastMs++
      sequence = 0
    }
    return compose(lastMs, sequence, takeRandom(8))
  }
}

function compose(epochMs: number, sequence: number, random: Buffer): Id {
  const head = epochMs.toString(16).padStart(12, '0')
  const tail = random.toString('hex')
  const variant = ((random[0]! & 0x3f) | 0x80).toString(16)
  return `${head.slice(0, 8)}-${head.slice(8)}-7${sequence.toString(16).padStart(3, '0')}-${variant}${tail.slice(2, 4)}-${tail.slice(4)}`
}

/** The lowest id of a millisecond: a bound for partitions and for look-ups by time. */
export function idFloor(instant: Date): Id {
  const head = instant.getTime().toString(16).padStart(12, '0')
  return `${head.slice(0, 8)}-${head.slice(8)}-7000-8000-000000000000`
}

/** When an id was made. */
export function idTime(id: Id): Date {
  return dateAt(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16))
}

// Ids carry the time of the machine that made them, and clocks differ.
const clocksApartMs = 24 * 3600 * 1000

/**
 * Between which ids a row lies that was made between these times, by a machine whose clock is a day off at most.
 * In a query they name the months to look in; without them every month of the table is planned for.
 */
export function idSpan(from: Date, to: Date): { first: Id; last: Id } {
  return {
    first: idFloor(dateAt(from.getTime() - clocksApartMs)),
    last: idFloor(dateAt(to.getTime() + clocksApartMs)),
  }
}

const idPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

export function isId(text: string): text is Id {
  return idPattern.test(text)
}
