/** Bytes of a hash that tell numbers apart: two of a million share them once in 500 runs. */
const keyBytes = 6

/**
 * Gives each phone number an index, from 0 on in the order in which they come. What is kept of a number stands in flat
 * arrays by its index: there are millions, and as objects they cost the garbage collector more than all rules together.
 */
export interface Numbers {
  indexOf(phoneHash: Buffer): number
}

export function openNumbers(): Numbers {
  let keys = new Float64Array(0x2000)
  let count = 0
  /** The index plus one, by the key; at most half of the places are taken. */
  let places = new Int32Array(keys.length * 2)
  const placeOf = (key: number): number => {
    const mask = places.length - 1
    // Keys are parts of hashes: their last bits are as good as any.
    let place = (key % 0x1_0000_0000) & mask
    while (places[place] !== 0 && keys[places[place]! - 1] !== key) place = (place + 1) & mask
    return place
  }
  const grow = () => {
    keys = lengthened(keys, count)
    places = new Int32Array(keys.length * 2)
    for (let index = 0; index < count; index += 1) places[placeOf(keys[index]!)] = index + 1
  }
  return {
    indexOf(phoneHash) {
      const key = phoneHash.readUIntBE(0, keyBytes)
      const known = places[placeOf(key)]!
      if (known !== 0) return known - 1
      if (count === keys.length) grow()
      keys[count] = key
      count += 1
      places[placeOf(key)] = count
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

/** Counts up to `most`, within `withinMs`. */
export function openOccurrences(withinMs: number, most: number): Occurrences {
  /** Each occurrence leads to the number's one before it, by its place plus one. */
  let times = new Float64Array(0x2000)
  let earlier = new Int32Array(0x2000)
  let latest = new Int32Array(0x2000)
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
