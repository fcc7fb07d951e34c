import { expect, test } from 'vitest'
import { commonScales, isDissatisfied } from '../../src/foundation/rating.ts'
import { parseScale } from '../../src/reply/classify.ts'
import { rateOf, scoreReplies, type Share } from '../../src/reply/score.ts'
import { understand } from '../../src/reply/understand.ts'
import { labelled, unseen } from './labelled.ts'

const score = scoreReplies(labelled)
const fresh = scoreReplies(unseen)

test('there are enough labelled replies, of all businesses, scales and kinds', () => {
  const kinds = new Set(labelled.map(({ kind }) => kind))
  expect(labelled.length).toBeGreaterThan(400)
  expect(new Set(labelled.map(({ business }) => business)).size).toBe(5)
  expect(new Set(labelled.map(({ scale }) => scale))).toEqual(new Set(Object.keys(commonScales)))
  expect(kinds.size).toBe(8)
  expect(new Set(labelled.map(({ id }) => id)).size).toBe(labelled.length)
})

test('no dissatisfied reply is read as satisfied', () => {
  const silent = score.wrong.filter(
    ({ reply, verdict }) =>
      isDissatisfied(reply.rating) &&
      (verdict.rating === 'satisfied' || verdict.rating === 'very_satisfied') &&
      reply.alt?.includes(verdict.rating) !== true,
  )
  expect(silent.map(({ reply }) => reply.text)).toEqual([])
})

// The bars that a set of other replies of the same make must pass; these were read often, so they must clear them by far.
const atLeast: [string, Share, number][] = [
  ['rating right', score.ratingRight, 0.96],
  ['dissatisfied found', score.dissatisfiedFound, 0.96],
  ['kind right', score.kindRight, 0.96],
  ['conflict found', score.conflictFound, 0.95],
  ['urgent found', score.urgentFound, 1],
  ['reasons found', score.reasonsFound, 0.85],
  ['reasons right', score.reasonsRight, 0.9],
]
test.each(atLeast)('%s', (_, share, bar) => {
  expect(rateOf(share)).toBeGreaterThanOrEqual(bar)
})

const atMost: [string, Share, number][] = [
  ['dissatisfied read as satisfied', score.dissatisfiedReadAsSatisfied, 0],
  ['false rating where there is none', score.falseRating, 0.03],
  ['conflict false alarms', score.conflictFalseAlarms, 0.01],
  ['urgent false alarms', score.urgentFalseAlarms, 0.01],
]
test.each(atMost)('%s', (_, share, bar) => {
  expect(rateOf(share)).toBeLessThanOrEqual(bar)
})

// The bars themselves, for what nothing was learnt from.
const unseenAtLeast: [string, Share, number][] = [
  ['rating right', fresh.ratingRight, 0.92],
  ['dissatisfied found', fresh.dissatisfiedFound, 0.92],
  ['kind right', fresh.kindRight, 0.9],
  ['conflict found', fresh.conflictFound, 0.9],
  ['urgent found', fresh.urgentFound, 1],
  ['reasons found', fresh.reasonsFound, 0.8],
  ['reasons right', fresh.reasonsRight, 0.85],
]
test.each(unseenAtLeast)('of replies that nothing was learnt from: %s', (_, share, bar) => {
  expect(rateOf(share)).toBeGreaterThanOrEqual(bar)
})

const unseenAtMost: [string, Share, number][] = [
  ['dissatisfied read as satisfied', fresh.dissatisfiedReadAsSatisfied, 0.01],
  ['false rating where there is none', fresh.falseRating, 0.03],
  ['conflict false alarms', fresh.conflictFalseAlarms, 0.02],
  ['urgent false alarms', fresh.urgentFalseAlarms, 10 / 600],
]
test.each(unseenAtMost)('of replies that nothing was learnt from: %s', (_, share, bar) => {
  expect(rateOf(share)).toBeLessThanOrEqual(bar)
})

test('every verdict with a rating, a conflict or an alarm shows what it rests on, inside the text', () => {
  const unfounded = labelled.filter(({ text, scale, business }) => {
    const { rating, conflict, urgent, evidence } = understand(text, {
      scale: parseScale(scale)!,
      business,
    })
    const isBare = rating === null && !conflict && !urgent
    const isInside = evidence.every(
      ({ start, end }) => 0 <= start && start < end && end <= text.length,
    )
    return !isInside || (!isBare && evidence.length === 0)
  })
  expect(unfounded).toEqual([])
})
