import type { Id } from '../foundation/ids.ts'

/** A text as it came: perhaps the whole reply, perhaps a part of a long one. */
export interface Part {
  id: Id
  text: string
  /** By the carrier's clock; null where the provider named no time. */
  sentAt: Date | null
  receivedAt: Date
  /** Where the provider counts what it hands on. */
  sequenceId: string | null
}

// A text of Chinese is cut at 67 characters, 70 if it stands alone; one that ends in half an emoji, or
// loses blanks at the cut, is a little shorter. One without Chinese is cut at 153, 160 if it stands alone.
const fullFrom = { chinese: 64, latin: 146 }
const fullTo = { chinese: 70, latin: 160 }

/** Whether a text fills a segment, so that the reply may go on in the next one. */
export function fillsSegment(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- the whole of ASCII is meant
  const alphabet = /^[\x00-\x7f]*$/.test(text) ? 'latin' : 'chinese'
  return text.length >= fullFrom[alphabet] && text.length <= fullTo[alphabet]
}

/**
 * The parts of the long reply that `incoming` belongs to, in the order in which they are read; only
 * itself when it stands alone. Carriers hand the segments of a long text on one by one, unmarked and in
 * any order: each but the last fills a segment, and the next one was sent within the time given.
 */
export function partsOfReply(
  earlier: readonly Part[],
  incoming: Part,
  withinSeconds: number,
): Part[] {
  const parts = [...earlier, incoming].sort(inReadingOrder)
  const at = parts.indexOf(incoming)
  const goesOn = (index: number) =>
    index >= 0 &&
    index + 1 < parts.length &&
    fillsSegment(parts[index]!.text) &&
    secondsBetween(parts[index]!, parts[index + 1]!) <= withinSeconds
  let first = at
  while (goesOn(first - 1)) first--
  let last = at
  while (goesOn(last)) last++
  return parts.slice(first, last + 1)
}

function inReadingOrder(a: Part, b: Part): number {
  return (
    timeOf(a) - timeOf(b) ||
    sequenceOf(a) - sequenceOf(b) ||
    // Of two that nothing tells apart, the one that fills its segment is not the last.
    Number(fillsSegment(b.text)) - Number(fillsSegment(a.text)) ||
    a.receivedAt.getTime() - b.receivedAt.getTime() ||
    (a.id < b.id ? -1 : 1)
  )
}

function timeOf({ sentAt, receivedAt }: Part): number {
  return (sentAt ?? receivedAt).getTime()
}

function sequenceOf({ sequenceId }: Part): number {
  return sequenceId !== null && /^\d{1,15}$/.test(sequenceId) ? Number(sequenceId) : 0
}

function secondsBetween(a: Part, b: Part): number {
  return (timeOf(b) - timeOf(a)) / 1000
}
