import { createHash } from 'node:crypto'
import { assert, integer, nat, property, record, uniqueArray, uuid } from 'fast-check'
import { expect, test } from 'vitest'
import { chooseShare, type Share } from '../../src/template/share-rules.ts'

const citizen = (number: number) => createHash('sha256').update(String(number)).digest()
const citizens = Array.from({ length: 100_000 }, (_, number) => citizen(number))

test.each([
  { weights: [50, 50] },
  { weights: [90, 10] },
  { weights: [1, 1, 1] },
  { weights: [700, 200, 100] },
  { weights: [1000, 1] },
])('over 100,000 citizens the shares of $weights are within 1 % of the whole', ({ weights }) => {
  const shares = weights.map((weight, index) => ({ id: `version-${index}`, weight }))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const chosen = Map.groupBy(citizens, (hash) => chooseShare(shares, hash)!.id)
  for (const { id, weight } of shares) {
    const part = (chosen.get(id)?.length ?? 0) / citizens.length
    expect(Math.abs(part - weight / total)).toBeLessThan(0.01)
  }
})

const someShares = uniqueArray(record({ id: uuid(), weight: integer({ min: 1, max: 1_000 }) }), {
  minLength: 1,
  maxLength: 6,
  selector: ({ id }) => id,
})

test('the same citizen always gets the same version, in whatever order they are listed', () => {
  assert(
    property(someShares, nat(), (shares, number) => {
      const chosen = chooseShare(shares, citizen(number))
      expect(chooseShare([...shares].reverse(), citizen(number))).toEqual(chosen)
    }),
  )
})

test('a version that is added takes citizens, and moves nobody between the others', () => {
  assert(
    property(someShares, nat(), (shares, number) => {
      const added: Share = { id: 'added', weight: 300 }
      const before = chooseShare(shares, citizen(number))!
      const after = chooseShare([...shares, added], citizen(number))!
      expect([before.id, added.id]).toContain(after.id)
    }),
  )
})

test('more weight for a version never takes a citizen from it', () => {
  assert(
    property(someShares, nat(), (shares, number) => {
      const before = chooseShare(shares, citizen(number))!
      const heavier = shares.map((share) =>
        share.id === before.id ? { ...share, weight: share.weight + 500 } : share,
      )
      expect(chooseShare(heavier, citizen(number))!.id).toBe(before.id)
    }),
  )
})

test('where nobody in particular is addressed, the heaviest is taken; of none there is none', () => {
  const shares = [
    { id: 'a', weight: 10 },
    { id: 'b', weight: 30 },
    { id: 'c', weight: 20 },
  ]
  expect(chooseShare(shares, null)?.id).toBe('b')
  expect(chooseShare([], null)).toBeNull()
})
