import { expect, test } from 'vitest'
import { gather } from '../../src/foundation/gather.ts'

/** Rounds that end when they are told to. */
function rounds(limits: { itemsAtMost: number; roundsAtOnce: number }) {
  const begun: { items: number[]; end: (error?: Error) => void }[] = []
  const add = gather<number, number>(
    (items) =>
      new Promise((resolve, reject) => {
        const end = (error?: Error) => (error ? reject(error) : resolve(items.map((n) => n * 10)))
        begun.push({ items, end })
      }),
    limits,
  )
  return { begun, add }
}

test('what comes while a round is under way goes into the next one, at once', async () => {
  const { begun, add } = rounds({ itemsAtMost: 3, roundsAtOnce: 1 })
  const results = Promise.all([1, 2, 3, 4, 5].map(add))
  expect(begun.map(({ items }) => items)).toEqual([[1]])
  begun[0]!.end()
  await expect.poll(() => begun.length).toBe(2)
  expect(begun[1]!.items).toEqual([2, 3, 4])
  begun[1]!.end()
  await expect.poll(() => begun.length).toBe(3)
  begun[2]!.end()
  expect(await results).toEqual([10, 20, 30, 40, 50])
})

test('a round that fails fails for its own callers only, and the next one goes on', async () => {
  const { begun, add } = rounds({ itemsAtMost: 1, roundsAtOnce: 1 })
  const first = add(1)
  const second = add(2)
  begun[0]!.end(new Error('no'))
  await expect(first).rejects.toThrow('no')
  await expect.poll(() => begun.length).toBe(2)
  begun[1]!.end()
  expect(await second).toBe(20)
})

test('no more rounds are under way at once than allowed', () => {
  const { begun, add } = rounds({ itemsAtMost: 10, roundsAtOnce: 2 })
  for (const item of [1, 2, 3, 4]) void add(item)
  expect(begun.map(({ items }) => items)).toEqual([[1], [2]])
})
