/** Bytes of a hash that tell numbers apart: two of a million share them once in 500 runs. */
const keyBytes = 6
export const numberKey = (phoneHash: Buffer): number => phoneHash.readUIntBE(0, keyBytes)

/** What holds a number: the survey that was sent to it last, or is to be. */
export interface Slot<Rendered> {
  sendAtSeconds: number
  rendered: Rendered
  counts: boolean
}

/**
 * The slots of all numbers, by the first bytes of their hashes. There are millions: in flat arrays they leave the
 * garbage collector nothing to do, which as objects took it longer than all rules together.
 */
export interface Slots<Rendered> {
  /** When the text of the number's survey goes out, in seconds since 1970; undefined where there is none. */
  sendAtSeconds(key: number): number | undefined
  get(key: number): Slot<Rendered> | undefined
  set(key: number, slot: Slot<Rendered>): void
}

interface Table {
  /** Places less one, a power of two less one; at most half of them are taken. */
  mask: number
  keys: Float64Array
  sendAtSeconds: Float64Array
  /** Which of the renderings, times two, plus one where it counts. */
  told: Int32Array
}

export function openSlots<Rendered>(): Slots<Rendered> {
  let table = emptyTable(0x4000)
  let taken = 0
  const renderings: Rendered[] = []
  const numbers = new Map<Rendered, number>()
  const numberOf = (rendered: Rendered): number => {
    let number = numbers.get(rendered)
    if (number === undefined) {
      number = renderings.push(rendered) - 1
      numbers.set(rendered, number)
    }
    return number
  }
  return {
    sendAtSeconds(key) {
      const place = placeOf(table, key)
      return table.keys[place] === key ? table.sendAtSeconds[place] : undefined
    },
    get(key) {
      const place = placeOf(table, key)
      if (table.keys[place] !== key) return undefined
      const told = table.told[place]!
      return {
        sendAtSeconds: table.sendAtSeconds[place]!,
        rendered: renderings[told >> 1]!,
        counts: (told & 1) === 1,
      }
    },
    set(key, { sendAtSeconds, rendered, counts }) {
      let place = placeOf(table, key)
      if (table.keys[place] !== key) {
        taken += 1
        if (taken * 2 > table.mask) {
          table = grown(table)
          place = placeOf(table, key)
        }
      }
      table.keys[place] = key
      table.sendAtSeconds[place] = sendAtSeconds
      table.told[place] = numberOf(rendered) * 2 + (counts ? 1 : 0)
    },
  }
}

const noKey = -1

function emptyTable(places: number): Table {
  return {
    mask: places - 1,
    keys: new Float64Array(places).fill(noKey),
    sendAtSeconds: new Float64Array(places),
    told: new Int32Array(places),
  }
}

/** Where a key stands, or would. Keys are parts of hashes: their last bits are as good as any. */
function placeOf({ mask, keys }: Table, key: number): number {
  let place = (key % 0x1_0000_0000) & mask
  while (keys[place] !== key && keys[place] !== noKey) place = (place + 1) & mask
  return place
}

function grown(table: Table): Table {
  const larger = emptyTable((table.mask + 1) * 2)
  for (const [from, key] of table.keys.entries()) {
    if (key === noKey) continue
    const place = placeOf(larger, key)
    larger.keys[place] = key
    larger.sendAtSeconds[place] = table.sendAtSeconds[from]!
    larger.told[place] = table.told[from]!
  }
  return larger
}
