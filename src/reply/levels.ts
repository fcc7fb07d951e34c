import type { Entry } from './entries.ts'
import type { Judgement } from './judgements.ts'
import type { Hit } from './matcher.ts'
import type { Reading } from './reading.ts'
import { greatest } from './spans.ts'

// From here on a text is a letter: it tells what went wrong, and closes with what it comes to.
const shortestLetter = 60

/** A letter whose last word is the level: 我代表全家说声满意. */
export function closesLetter(
  { symbols }: Reading,
  levels: readonly Judgement[],
  all: readonly Judgement[],
): boolean {
  const last = greatest(levels, (each) => each.start, 0)
  return symbols.length >= shortestLetter && all.every((each) => each.start <= last)
}

/** 不是满意，是非常满意; 不满意发错了，我是说满意: a good level that takes the bad one's place. */
export function isTakenBack(
  { symbols }: Reading,
  hits: readonly Hit<Entry>[],
  bad: readonly Judgement[],
  good: readonly Judgement[],
): boolean {
  const lastGood = greatest(good, (each) => each.start, -1)
  if (lastGood < greatest(bad, (each) => each.start, -1)) return false
  const mistaken = hits.some(
    (hit) =>
      hit.entry.group.idea === 'correction' &&
      hit.start < lastGood + 4 &&
      /[错误]|我是说|应该是|更正|改/.test(symbols.slice(hit.start, hit.end)),
  )
  const raised = bad.every(
    (each) =>
      symbols.startsWith('不是', each.start) &&
      !/不是.*不/.test(symbols.slice(each.start, each.end)),
  )
  return mistaken || (raised && /^(?:而)?是/.test(symbols.slice(lastGood, lastGood + 2)))
}
