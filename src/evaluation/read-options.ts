import type { Reader } from '../reply/reader.ts'
import type { ReadAs } from '../template/check/options.ts'

/** How a reader takes a reply to a text with a scale, where it is sure enough to need no person. */
export function readsOptions(reader: Reader, confidenceFloor: number): ReadAs {
  return (reply, scale) => {
    const { rating, confidence, conflict } = reader.understand(reply, { scale })
    return conflict || confidence < confidenceFloor ? null : rating
  }
}
