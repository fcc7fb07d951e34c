import { lengthened } from './numbers.ts'

/** What holds a number: the survey that was sent to it last, or is to be. */
export interface Slot<Rendered> {
  sendAtSeconds: number
  rendered: Rendered
  counts: boolean
}

/** The slots of all numbers, by their indexes. */
export interface Slots<Rendered> {
  /** When the text of the number's survey goes out, in seconds since 1970; 0 where there is none. */
  sendAtSeconds(number: number): number
  get(number: number): Slot<Rendered> | undefined
  set(number: number, slot: Slot<Rendered>): void
}

export function openSlots<Rendered>(): Slots<Rendered> {
  let sendAt = new Float64Array(0x2000)
  /** Which of the renderings, times two, plus one where it counts. */
  let told = new Int32Array(0x2000)
  const renderings: Rendered[] = []
  const places = new Map<Rendered, number>()
  const placeOf = (rendered: Rendered): number => {
    let place = places.get(rendered)
    if (place === undefined) {
      place = renderings.push(rendered) - 1
      places.set(rendered, place)
    }
    return place
  }
  const sendAtSeconds = (number: number): number => sendAt[number] ?? 0
  return {
    sendAtSeconds,
    get(number) {
      if (sendAtSeconds(number) === 0) return undefined
      const tells = told[number]!
      return {
        sendAtSeconds: sendAt[number]!,
        rendered: renderings[tells >> 1]!,
        counts: (tells & 1) === 1,
      }
    },
    set(number, { sendAtSeconds: seconds, rendered, counts }) {
      sendAt = lengthened(sendAt, number)
      told = lengthened(told, number)
      sendAt[number] = seconds
      told[number] = placeOf(rendered) * 2 + (counts ? 1 : 0)
    },
  }
}
