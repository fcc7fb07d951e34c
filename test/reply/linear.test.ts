import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { commonScales } from '../../src/foundation/rating.ts'
import { entriesOf, lexicons } from '../../src/reply/entries.ts'
import { classes } from '../../src/reply/lexicon/classes.ts'
import { compileMatcher } from '../../src/reply/matcher.ts'
import { normalise } from '../../src/reply/normalise.ts'
import { toReading } from '../../src/reply/reader.ts'
import { understand } from '../../src/reply/understand.ts'

const matcher = compileMatcher(entriesOf(lexicons), classes)
const context = {
  scale: commonScales['1-3'],
  business: '110',
  sentText: '回复1满意2基本满意3不满意',
}

// Texts that make a reader which looks back, or tries again, look back often.
const repeated = [
  '不',
  '满意',
  '不是不',
  '1',
  '1 ',
  '一',
  '十百千万',
  '1满意2基本满意3不满意',
  '等了三个小时，',
  'man',
  'a1',
  '，',
  '“好”',
  '⭐',
  '有人打我',
  '好得很好得很',
  '😀\u200d',
  '\ud800',
]

test.each(repeated)('a reply of 100 kB of %j gets a verdict', (part) => {
  const text = part.repeat(Math.ceil(100_000 / part.length))
  const { evidence } = understand(text, context)
  expect(evidence.length).toBeLessThanOrEqual(80)
})

test.each(repeated)('twice as much of %j has twice as many hits, not more', (part) => {
  const hits = (count: number) => matcher.find(toReading(normalise(part.repeat(count)))).length
  const [once, twice, thrice] = [hits(100), hits(200), hits(300)]
  expect(thrice - twice).toBeLessThanOrEqual(twice - once + 10)
})

test('no regular expression repeats what repeats, or leaves its repetition unbounded before more', () => {
  const folder = new URL('../../src/reply/', import.meta.url)
  const sources = readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => readFileSync(new URL(name, folder), 'utf8').split('\n'))
  const expressions = sources.flatMap(
    (line) =>
      line.match(/(?<=(?:[(:=!&|,>?]|return|^)\s*)\/(?![/*]).+?\/[gimsuy]*(?=[.),;\s]|$)/g) ?? [],
  )
  expect(expressions.length).toBeGreaterThan(5)
  const repeating = expressions.filter((each) =>
    /[*+}]\)?[*+{]|\)[*+]|[*+].*[*+]/.test(each.replaceAll(/\[[^\]]*\]/g, 'x')),
  )
  expect(repeating).toEqual([])
})
