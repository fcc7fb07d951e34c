import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dateAt } from '../../src/foundation/clock.ts'
import { isDissatisfied, ratings } from '../../src/foundation/rating.ts'
import { effectOf, replyTime, routeOf, type Fit } from '../../src/evaluation/rules.ts'
import { replyKinds, type Verdict } from '../../src/reply/verdict.ts'

const anyRating = fc.constantFrom(...ratings)
const anyStanding = fc.record({
  firstRating: fc.option(anyRating),
  settledByCall: fc.boolean(),
  samePiece: fc.boolean(),
})
const anyVerdict: fc.Arbitrary<Verdict> = fc.record({
  kind: fc.constantFrom(...replyKinds),
  rating: fc.option(anyRating),
  reasons: fc.constant([]),
  urgent: fc.boolean(),
  conflict: fc.boolean(),
  confidence: fc.double({ min: 0, max: 1, noNaN: true }),
  evidence: fc.constant([]),
})
const anyFit = fc.constantFrom<Fit>('open', 'late', 'repeated', 'ambiguous', 'none')

describe('what a rating does', () => {
  test('whoever is dissatisfied is called, whatever was said or found before', () => {
    fc.assert(
      fc.property(anyStanding, anyRating, (standing, rating) => {
        expect(effectOf(standing, rating).opensCallback).toBe(isDissatisfied(rating))
      }),
    )
  })

  test('the first one counts; of one reply in parts the worse one; after a call none', () => {
    fc.assert(
      fc.property(anyStanding, anyRating, (standing, rating) => {
        const { firstRating, settledByCall, samePiece } = standing
        const worse = firstRating !== null && ratings.indexOf(rating) > ratings.indexOf(firstRating)
        expect(effectOf(standing, rating).counts).toBe(
          !settledByCall && (firstRating === null || (samePiece && worse)),
        )
      }),
    )
  })
})

describe('the way out of a reply', () => {
  test('a machine rates nothing that is urgent, in conflict, unsure or of no known survey', () => {
    fc.assert(
      fc.property(anyVerdict, anyFit, (verdict, fit) => {
        const routing = routeOf(verdict, fit, 0.6)
        if (routing.route !== 'rating') return
        expect(verdict.urgent || verdict.conflict || verdict.confidence < 0.6).toBe(false)
        expect(['open', 'late', 'repeated']).toContain(fit)
        expect(routing.rating).toBe(verdict.rating)
      }),
    )
  })

  test('what is urgent always waits for a person', () => {
    fc.assert(
      fc.property(anyVerdict, anyFit, (verdict, fit) => {
        expect(routeOf({ ...verdict, urgent: true }, fit, 0.6)).toEqual({
          route: 'triage',
          reason: 'urgent',
        })
      }),
    )
  })
})

test.each([
  ['the provider’s time, to the end of its second', 10_000, 60_000, 10_999],
  ['when it was received, where the provider’s clock is ahead', 70_000, 60_000, 60_000],
  ['when it was received, within the same second', 60_000, 60_400, 60_400],
  ['when it was received, where the provider names no time', null, 60_000, 60_000],
])('a reply counts as sent at %s', (_, sentMs, receivedMs, expected) => {
  const sentAt = sentMs === null ? null : dateAt(sentMs)
  expect(replyTime(sentAt, dateAt(receivedMs)).getTime()).toBe(expected)
})
