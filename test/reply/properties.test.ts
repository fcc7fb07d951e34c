import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { commonScales, isDissatisfied, type OptionScale } from '../../src/foundation/rating.ts'
import { parseScale } from '../../src/reply/classify.ts'
import { isUrgent, understand } from '../../src/reply/understand.ts'
import { replyKinds, replyReasons, type Verdict } from '../../src/reply/verdict.ts'
import { labelled } from './labelled.ts'

// The same texts every time: what is found by chance is found by whoever changes the seed on purpose.
const seed = 20_260_101

const isSatisfied = ({ rating }: Verdict) => rating === 'satisfied' || rating === 'very_satisfied'

interface Dissatisfied {
  text: string
  scale: OptionScale
  business: string
}

// Those that people, too, read as nothing but dissatisfied.
const told: Dissatisfied[] = labelled.flatMap(({ text, scale, business, rating, alt = [] }) => {
  const options = parseScale(scale)!
  const isPlain = [rating, ...alt].every(isDissatisfied)
  const verdict = understand(text, { scale: options, business })
  return isPlain && isDissatisfied(verdict.rating) ? [{ text, scale: options, business }] : []
})

// Level words, figures and complaints put together as citizens do.
const said: fc.Arbitrary<Dissatisfied> = fc
  .record({
    scaleName: fc.constantFrom('1-3', '1-5', '5-1'),
    business: fc.constantFrom('110', '户政', '车管', '驾证', '出入境'),
    degree: fc.constantFrom('', '很', '非常', '极其', '实在', '十分'),
    level: fc.constantFrom('不满意', '不满', '失望', '差评', '谈不上满意', '太差', '差劲'),
    complaint: fc.constantFrom(
      '',
      '，态度恶劣',
      '，等了三个小时',
      '，跑了五趟没办成',
      '，没人管',
      '，乱收费',
      '，报警没人来',
      '，厕所太脏',
    ),
    figure: fc.boolean(),
  })
  .map(({ scaleName, business, degree, level, complaint, figure }) => {
    const worst = { '1-3': '3', '1-5': '5', '5-1': '1' }[scaleName as '1-3']
    const text = `${figure ? `${worst}，` : ''}${degree}${level}${complaint}`
    return { text, scale: parseScale(scaleName)!, business }
  })

const anyDissatisfied = fc.oneof(fc.constantFrom(...told), said)

/** A reply that the change turns from dissatisfied into satisfied, or null. */
function turned(change: fc.Arbitrary<(text: string) => string>): string | null {
  const kept = fc.property(
    anyDissatisfied,
    change,
    ({ text, scale, business }, turn) => !isSatisfied(understand(turn(text), { scale, business })),
  )
  const { failed, counterexample } = fc.check(kept, { numRuns: 2_000, seed })
  if (!failed || counterexample === null) return null
  const [{ text }, turn] = counterexample
  return `${text} → ${turn(text)}`
}

/** Puts signs at places given as parts of the whole. */
function insert(signs: fc.Arbitrary<string>): fc.Arbitrary<(text: string) => string> {
  const places = fc.array(
    fc.record({ sign: signs, at: fc.double({ min: 0, max: 1, noNaN: true }) }),
    {
      maxLength: 6,
    },
  )
  return places.map((all) => (text: string) => {
    const units = Array.from(text)
    for (const { sign, at } of all) units.splice(Math.floor(at * units.length), 0, sign)
    return units.join('')
  })
}

const wide = (text: string) =>
  text.replaceAll(/[!-~]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0))

const politeEndings =
  '谢谢 ，谢谢 。谢谢你们 ，辛苦了 ！感谢 ，祝工作顺利 🙏 。此致敬礼 ，麻烦了 ，不好意思 。祝你们节日快乐'.split(
    ' ',
  )

const changes: [string, fc.Arbitrary<(text: string) => string>][] = [
  ['spaces', insert(fc.constantFrom(' ', '  ', '\u3000', '\t', '\u00a0', '\n'))],
  ['punctuation', insert(fc.constantFrom(...'， 。 ！ 、 … . , ~ ； -'.split(' ')))],
  [
    'invisible characters',
    insert(fc.constantFrom(...Array.from('\u200b\u200d\ufeff\u2060\u00ad\ufe0f\u202e\u0301'))),
  ],
  ['full-width forms', fc.constant(wide)],
  ['a polite ending', fc.constantFrom(...politeEndings).map((end) => (text: string) => text + end)],
]

test.each(changes)('a dissatisfied reply never becomes a satisfied one by %s', (_, change) => {
  expect(turned(change)).toBeNull()
})

const scales = fc.constantFrom<OptionScale>(...Object.values(commonScales), {
  '0': 'very_dissatisfied',
  '10': 'very_satisfied',
})

/** Whether a verdict is one that other code can rely on. */
function isSound(text: string, scale: OptionScale): boolean {
  const verdict = understand(text, {
    scale,
    business: '110',
    sentText: '回复1满意2基本满意3不满意',
  })
  return (
    replyKinds.includes(verdict.kind) &&
    verdict.reasons.every((reason) => replyReasons.includes(reason)) &&
    verdict.confidence >= 0 &&
    verdict.confidence <= 1 &&
    !(verdict.conflict && verdict.rating !== null) &&
    verdict.evidence.every(({ start, end }) => 0 <= start && start < end && end <= text.length) &&
    isUrgent(text) === verdict.urgent
  )
}

const knownWords =
  '不 没 满意 很 3 1 2 ① 不是 ， 。 ？ " 好 差 等 了 三 个 小时 才 就 谢谢 退订 请问 吗 才怪 发错 应该是 慢 快 个屁 一点 都 没有 自动回复 人 刀 谁'.split(
    ' ',
  )

const texts: [string, fc.Arbitrary<string>][] = [
  [
    'UTF-16 units, lone surrogates included',
    fc
      .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 80 })
      .map((codes) => String.fromCharCode(...codes)),
  ],
  ['characters of Unicode', fc.string({ unit: 'binary', maxLength: 80 })],
  [
    'words that the rules know',
    fc.array(fc.constantFrom(...knownWords), { maxLength: 25 }).map((all) => all.join('')),
  ],
]

test.each(texts)('any text of %s gets a sound verdict without an exception', (_, arbitrary) => {
  const { failed, counterexample } = fc.check(fc.property(arbitrary, scales, isSound), {
    numRuns: 3_000,
    seed,
  })
  expect(failed ? counterexample : null).toBeNull()
})

test('the same text and context always give the same verdict', () => {
  const scale = commonScales['1-3']
  for (const { text } of labelled) {
    const first = understand(text, { scale })
    understand('不满意，等了三个小时，谢谢', { scale })
    expect(understand(text, { scale })).toEqual(first)
  }
})
