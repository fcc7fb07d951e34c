import { expect, test } from 'vitest'
import { rateOf, scoreFile } from '../../src/reply/score.ts'

test('the sample that guards the words in force is read right as the program comes', async () => {
  const score = await scoreFile('src/evaluation/lexicon/guard-sample.ndjson')
  expect(score.dissatisfiedReadAsSatisfied.hits).toBe(0)
  expect(rateOf(score.urgentFound)).toBe(1)
  expect(rateOf(score.ratingRight)).toBeGreaterThanOrEqual(0.98)
  expect(score.ratingRight.of).toBeGreaterThan(70)
})
