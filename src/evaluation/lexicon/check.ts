import { isDissatisfied } from '../../foundation/rating.ts'
import { scoreReplies, type LabelledReply, type Score } from '../../reply/score.ts'
import type { Reader } from '../../reply/understand.ts'

/** Counts of a reader on the samples, those that must not fall and those that must not rise. */
export type Figures = Record<(typeof good)[number] | (typeof bad)[number], number>

const good = [
  'ratingRight',
  'dissatisfiedFound',
  'kindRight',
  'conflictFound',
  'urgentFound',
  'reasonsFound',
] as const
const bad = [
  'dissatisfiedReadAsSatisfied',
  'falseRating',
  'conflictFalseAlarms',
  'urgentFalseAlarms',
] as const

export interface LexiconCheck {
  /** Whether the words may go live. */
  passed: boolean
  replies: number
  present: Figures
  wanted: Figures
  /** What gets worse, by the figure's name. */
  worse: string[]
  /** Ids of replies that are read right at present and would be read wrong. */
  newlyWrong: string[]
  /** Ids of dissatisfied replies that would be read as satisfied and are not at present. */
  newlyLost: string[]
}

/**
 * Compares the reader in force with the wanted one on labelled replies. The wanted words may go live
 * when no dissatisfied reply would newly be read as satisfied and no figure gets worse.
 */
export function compareReaders(
  present: Reader,
  wanted: Reader,
  sample: readonly LabelledReply[],
): LexiconCheck {
  const before = scoreReplies(sample, present)
  const after = scoreReplies(sample, wanted)
  const worse = [
    ...good.filter((name) => after[name].hits < before[name].hits),
    ...bad.filter((name) => after[name].hits > before[name].hits),
  ]
  const newlyLost = lost(after).filter((id) => !lost(before).includes(id))
  const wrongBefore = new Set(wrong(before))
  return {
    passed: worse.length === 0 && newlyLost.length === 0,
    replies: sample.length,
    present: figuresOf(before),
    wanted: figuresOf(after),
    worse,
    newlyWrong: wrong(after).filter((id) => !wrongBefore.has(id)),
    newlyLost,
  }
}

const wrong = (score: Score) => score.wrong.map(({ reply }) => reply.id)

const lost = (score: Score) =>
  score.wrong
    .filter(
      ({ reply, verdict }) =>
        isDissatisfied(reply.rating) &&
        (verdict.rating === 'satisfied' || verdict.rating === 'very_satisfied'),
    )
    .map(({ reply }) => reply.id)

function figuresOf(score: Score): Figures {
  return Object.fromEntries([...good, ...bad].map((name) => [name, score[name].hits])) as Figures
}
