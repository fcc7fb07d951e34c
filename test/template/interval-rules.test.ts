import { assert, integer, property } from 'fast-check'
import { expect, test } from 'vitest'
import { difference, share } from '../../src/template/interval-rules.ts'

// Figures from the papers: Newcombe, Statistics in Medicine 17 (1998), 857–872 and 873–890.
test.each([
  { count: 81, of: 263, low: 0.2553, high: 0.3662 },
  { count: 15, of: 148, low: 0.0624, high: 0.1605 },
  { count: 0, of: 20, low: 0, high: 0.1611 },
  { count: 1, of: 29, low: 0.0061, high: 0.1718 },
])('$count of $of lies between $low and $high', ({ count, of, low, high }) => {
  const interval = share({ count, of })!
  expect(interval.low).toBeCloseTo(low, 4)
  expect(interval.high).toBeCloseTo(high, 4)
})

test.each([
  { a: [56, 70], b: [48, 80], low: 0.0524, high: 0.3339 },
  { a: [9, 10], b: [3, 10], low: 0.1705, high: 0.809 },
  { a: [5, 56], b: [0, 29], low: -0.0381, high: 0.1926 },
  { a: [10, 10], b: [0, 20], low: 0.6791, high: 1 },
])('$a less $b lies between $low and $high', ({ a, b, low, high }) => {
  const part = ([count, of]: number[]) => ({ count: count!, of: of! })
  const interval = difference(part(a), part(b))!
  expect(interval.low).toBeCloseTo(low, 4)
  expect(interval.high).toBeCloseTo(high, 4)
})

test('of nobody there is no share, and no difference', () => {
  expect(share({ count: 0, of: 0 })).toBeNull()
  expect(difference({ count: 0, of: 0 }, { count: 1, of: 2 })).toBeNull()
})

test('an interval holds its value, stays within 0 and 1, and narrows with the number', () => {
  assert(
    property(integer({ min: 1, max: 10_000 }), integer({ min: 0, max: 10_000 }), (of, some) => {
      const count = some % (of + 1)
      const { value, low, high } = share({ count, of })!
      expect(low).toBeGreaterThanOrEqual(0)
      expect(low).toBeLessThanOrEqual(value)
      expect(high).toBeGreaterThanOrEqual(value)
      expect(high).toBeLessThanOrEqual(1)
      const wider = share({ count: count * 4, of: of * 4 })!
      expect(wider.high - wider.low).toBeLessThan(high - low)
    }),
  )
})
