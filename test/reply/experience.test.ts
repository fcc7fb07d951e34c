import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { gramsOf, weighable } from '../../src/reply/experience/grams.ts'
import { leaningOf, leanings } from '../../src/reply/experience/heads.ts'
import { learn } from '../../src/reply/experience/learn.ts'
import { readWeights } from '../../src/reply/experience/weigh.ts'
import { normalise } from '../../src/reply/normalise.ts'
import { weighedOf } from '../../src/reply/reader.ts'
import { labelledReplies } from '../../src/reply/score.ts'
import { understand } from '../../src/reply/understand.ts'
import { lessons } from './labelled.ts'

const lesson = (text: string, rating: string | null, reasons: string[] = []) => {
  const [reply] = labelledReplies(
    JSON.stringify({
      id: text,
      scale: '1-3',
      business: '户政',
      text,
      kind: 'comment_only',
      rating,
      reasons,
      urgent: false,
      conflict: false,
    }),
  )
  return { reply: reply!, weighed: weighedOf(text) }
}

const few = [
  lesson('窗口帮我填表', 'satisfied'),
  lesson('保安帮我推车', 'satisfied'),
  lesson('窗口把我骂哭', 'dissatisfied', ['attitude']),
  lesson('保安把我骂走', 'dissatisfied', ['attitude']),
]

test('the weights are those that the labelled replies give; after a change run `npm run learn:reply`', () => {
  const path = new URL('../../src/reply/experience/weights.txt', import.meta.url)
  const kept = new Set(readFileSync(path, 'utf8').split('\n'))
  const anew = learn(lessons.map((reply) => ({ reply, weighed: weighedOf(reply.text) }))).split(
    '\n',
  )
  // The last digit may differ from processor to processor.
  const others = anew.filter((line) => !kept.has(line))
  expect(others.length / anew.length).toBeLessThan(0.01)
  expect(Math.abs(kept.size - anew.length) / anew.length).toBeLessThan(0.01)
})

test('four fifths of the labelled replies teach how the last fifth leans', () => {
  const told = lessons
    .map((reply) => ({ reply, weighed: weighedOf(reply.text) }))
    .filter(({ weighed }) => weighed.length > 8)
  const { weigh } = readWeights(learn(told.filter((_, index) => index % 5 !== 0)))
  const held = told.filter((_, index) => index % 5 === 0)
  const judged = held.flatMap(({ reply, weighed }) => {
    const leaning = leaningOf(reply.kind, reply.rating, reply.conflict)
    if (leaning === null) return []
    const likely = weigh(weighed, reply.business)
    return [leanings.every((each) => likely.leaning(each) <= likely.leaning(leaning))]
  })
  expect(judged.length).toBeGreaterThan(300)
  expect(judged.filter(Boolean).length / judged.length).toBeGreaterThan(0.7)
})

test('the same lessons give the same weights', () => {
  expect(learn(few)).toBe(learn(few))
})

test('what was learnt leans as the lessons do, also on a text that is none of them', () => {
  const { weigh } = readWeights(learn(few))
  const helped = weigh(weighedOf('老刘帮我'), undefined)
  const scolded = weigh(weighedOf('老刘把我骂了'), undefined)
  expect(helped.leaning('good')).toBeGreaterThan(helped.leaning('bad'))
  expect(scolded.leaning('bad')).toBeGreaterThan(scolded.leaning('good'))
  expect(scolded.reason('attitude')).toBeGreaterThan(helped.reason('attitude'))
})

test('the leanings of a text are likelihoods that make one', () => {
  const { leaning } = readWeights(learn(few)).weigh(weighedOf('骂'), '户政')
  const all = (['bad', 'good', 'plain', 'question', 'stranger', 'auto', 'optOut'] as const).map(
    leaning,
  )
  expect(all.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1)
})

test('words of courtesy and the value of a digit weigh nothing', () => {
  expect(weighedOf('3，窗口把我骂哭，谢谢')).toBe(weighedOf('1，窗口把我骂哭'))
})

test('every row of up to three symbols is weighed once', () => {
  const weighed = weighable(normalise('好好好'), [])
  expect([...gramsOf(weighed)].filter((row) => /^好+$/.test(row))).toEqual(['好', '好好', '好好好'])
})

test('a verdict by experience shows what it goes by and waits for a person', () => {
  const { rating, confidence, evidence } = understand('打字一个指头一个指头戳', {
    scale: { '1': 'satisfied', '2': 'basically_satisfied', '3': 'dissatisfied' },
    business: '户政',
  })
  expect(rating).toBe('dissatisfied')
  expect(evidence.map(({ rule }) => rule)).toContain('experience')
  expect(confidence).toBeLessThan(0.6)
})
