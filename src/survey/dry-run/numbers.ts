/**
 * Gives each phone number an index, from 0 on in the order in which they come, by the first six bytes of its hash: two of a
 * million share them once in 500 runs. What is kept of a number stands in flat arrays by its index: there are millions,
 * and as objects they cost the garbage collector more than all rules together.
 */
export interface Numbers {
  indexOf(hashHead: number): number
}

/** Has room for so many, and makes more when it must. */
export function openNumbers(expected = 0): Numbers {
  /** Heads and the indexes plus one, in turn: that both lie together halves what a look costs. At most half is taken. */
  let places = new Float64Array(2 ** Math.ceil(Math.log2(expected * 2 + 0x1_000)) * 2)
  let count = 0
  const placeOf = (head: number): number => {
    const last = places.length - 2
    // Heads are parts of hashes: their last bits are as good as any.
    let place = (head << 1) & last
    while (places[place + 1] !== 0 && places[place] !== head) place = (place + 2) & last
    return place
  }
  const put = (place: number, head: number, index: number) => {
    places[place] = head
    places[place + 1] = index + 1
  }
  const grow = () => {
    const old = places
    places = new Float64Array(old.length * 2)
    for (let place = 0; place < old.length; place += 2) {
      const head = old[place]!
      if (old[place + 1] !== 0) put(placeOf(head), head, old[place + 1]! - 1)
    }
  }
  return {
    indexOf(hashHead) {
      const place = placeOf(hashHead)
      const known = places[place + 1]!
      if (known !== 0) return known - 1
      put(place, hashHead, count)
      count += 1
      if (count * 4 >= places.length) grow()
      return count - 1
    },
  }
}

/** The same array, twice as long at least, where an index does not fit. */
export function lengthened<A extends Float64Array | Int32Array>(array: A, index: number): A {
  if (index < array.length) return array
  const longer = new (array.constructor as new (length: number) => A)(
    Math.max(array.length * 2, index + 1),
  )
  longer.set(array)
  return longer
}

/** How often numbers came within a time before. */
export interface Occurrences {
  /** Notes that a number comes at this time, none before an earlier one; returns how often it came, this time included. */
  count(number: number, atMs: number): number
}

/** Counts up to `most`, within `withinMs`; with room for so many, as above. */
export function openOccurrences(withinMs: number, most: number, expected = 0): Occurrences {
  /** Each occurrence leads to the number's one before it, by its place plus one. */
  const room = expected + 0x2000
  let times = new Float64Array(room)
  let earlier = new Int32Array(room)
  let latest = new Int32Array(room)
  let noted = 0
  return {
    count(number, atMs) {
      latest = lengthened(latest, number)
      times = lengthened(times, noted)
      earlier = lengthened(earlier, noted)
      times[noted] = atMs
      earlier[noted] = latest[number]!
      noted += 1
      latest[number] = noted
      let found = 0
      let place = noted
      while (place !== 0 && found < most && times[place - 1]! > atMs - withinMs) {
        found += 1
        place = earlier[place - 1]!
      }
      return found
    },
  }
}
