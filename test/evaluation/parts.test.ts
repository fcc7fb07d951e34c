import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fillsSegment, partsOfReply, type Part } from '../../src/evaluation/parts.ts'
import { dateAt } from '../../src/foundation/clock.ts'

const full = (sign: string, length = 67) => sign.repeat(length)
const start = 1_700_000_000_000

function part(id: string, text: string, change: Partial<Part> & { second?: number } = {}): Part {
  const { second = 0, ...rest } = change
  const at = dateAt(start + second * 1000)
  return { id, text, sentAt: at, receivedAt: at, sequenceId: null, ...rest }
}

describe('a text fills its segment', () => {
  test.each([
    ['a cut text of Chinese', full('啊', 67), true],
    ['one that stands alone', full('啊', 70), true],
    ['one that ends in half an emoji', full('啊', 66), true],
    ['a short one', full('啊', 40), false],
    ['one that was put together by the carrier', full('啊', 140), false],
    ['a cut text of ASCII', full('a', 153), true],
    ['an ASCII text of the length of a Chinese segment', full('a', 67), false],
  ])('%s: %s → %s', (_, text, expected) => {
    expect(fillsSegment(text)).toBe(expected)
  })
})

describe('parts of a long reply', () => {
  const one = part('1', full('一'))
  const two = part('2', full('二'), { second: 1 })
  const three = part('3', '完', { second: 2 })
  const ids = (parts: Part[]) => parts.map(({ id }) => id).join('')

  test('are joined in the order in which they were sent, in whatever order they come', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([one, two, three], { minLength: 3 }), (arrived) => {
        const incoming = arrived.at(-1)!
        expect(ids(partsOfReply(arrived.slice(0, -1), incoming, 180))).toBe('123')
      }),
    )
  })

  test('of the same second are told apart by the provider’s count, else by their length', () => {
    const counted = [
      part('a', full('一'), { sequenceId: '9' }),
      part('b', full('二'), { sequenceId: '10' }),
    ] as const
    expect(ids(partsOfReply([counted[1]], counted[0], 180))).toBe('ab')
    const short = part('y', '完')
    expect(ids(partsOfReply([short], part('x', full('一')), 180))).toBe('xy')
  })

  test('end at a text that does not fill its segment, and at a pause', () => {
    expect(ids(partsOfReply([three], part('4', '1', { second: 3 }), 180))).toBe('4')
    expect(ids(partsOfReply([one], part('4', '1', { second: 181 }), 180))).toBe('4')
    expect(ids(partsOfReply([one], part('4', '1', { second: 180 }), 180))).toBe('14')
  })

  test('a reply stands alone when nothing came before, and is never lost', () => {
    const anyPart = fc.record({
      id: fc.uuid(),
      text: fc.oneof(fc.constant(full('一')), fc.string()),
      sentAt: fc.option(fc.integer({ min: 0, max: 600 }).map((s) => dateAt(start + s * 1000))),
      receivedAt: fc.integer({ min: 0, max: 600 }).map((s) => dateAt(start + s * 1000)),
      sequenceId: fc.option(fc.oneof(fc.string(), fc.nat().map(String))),
    })
    fc.assert(
      fc.property(fc.array(anyPart, { maxLength: 6 }), anyPart, (earlier, incoming) => {
        const parts = partsOfReply(earlier, incoming, 180)
        expect(parts).toContain(incoming)
        expect(new Set(parts).size).toBe(parts.length)
        expect(parts.length).toBeLessThanOrEqual(earlier.length + 1)
      }),
    )
  })
})
