import { array, assert, constantFrom, oneof, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { commonScales } from '../../src/foundation/rating.ts'
import { understand } from '../../src/reply/understand.ts'
import { billedTexts } from '../../src/sandbox/gateway/billing.ts'
import { checkTemplate } from '../../src/template/check/check.ts'
import type { Finding, TemplateDraft } from '../../src/template/check/finding.ts'
import type { ReadAs } from '../../src/template/check/options.ts'
import {
  variablesOf,
  variableTypes,
  type VariableTypeName,
} from '../../src/template/check/variables.ts'
import { businesses } from '../../src/policy/policy.ts'
import { businessNameForText, unitNameForText } from '../../src/survey/rules.ts'
import { countSegments } from '../../src/template/segments.ts'

const ask =
  '您好，您近日在${unit}办理的${business}业务已办结。对本次服务，满意请回复1，基本满意请回复2，不满意请回复3。公安民意跟踪监测中心，可致电0516-80110110核实。'
const good: TemplateDraft = {
  purpose: 'ask',
  type: 'notice',
  signature: '徐州公安民意',
  body: ask,
  scale: commonScales['1-3'],
}
const announce: TemplateDraft = {
  ...good,
  purpose: 'announce',
  scale: null,
  body: '您对${unit}工作的意见已收到。公安民意跟踪监测中心，电话0516-80110110。',
}

const readAs: ReadAs = (reply, scale) => understand(reply, { scale }).rating
const rulesOf = (draft: TemplateDraft) =>
  checkTemplate(draft, readAs).findings.map(({ rule }) => rule)
const saying = (words: string, draft = announce) => ({ ...draft, body: `${draft.body}${words}` })

test('a text that says what it should is found without fault', () => {
  expect(checkTemplate(good, readAs)).toMatchObject({ findings: [], passed: true })
  expect(checkTemplate(announce, readAs).findings).toEqual([])
})

/** Every rule: a text that breaks it, and no other rule that refuses. */
const broken: [rule: string, draft: TemplateDraft, place: string][] = [
  ['characters.brackets', saying('【重要】'), '【'],
  ['characters.edge_brackets', saying('谢谢]'), ']'],
  ['characters.traditional', saying('謝谢。'), '謝'],
  ['characters.symbol', saying('★'), '★'],
  ['characters.symbol', saying('①'), '①'],
  ['characters.symbol', saying('「谢」'), '「'],
  ['characters.symbol', saying('5m²'), '²'],
  ['characters.symbol', saying('#'), '#'],
  ['characters.symbol', saying('😀'), '😀'],
  ['length.empty', { ...announce, body: ' ' }, ' '],
  ['length.body', saying('谢'.repeat(500)), ''],
  ['length.rendered', saying('谢'.repeat(440)), ''],
  ['length.nearly_shorter', { ...announce, body: `${announce.body}谢谢您的支持，祝好` }, ''],
  ['signature.form', { ...announce, signature: '【徐州公安】' }, '【徐州公安】'],
  ['variable.name', saying('${1x}'), '${1x}'],
  ['variable.name', saying('${mobile}'), '${mobile}'],
  ['variable.unknown', saying('${item}'), '${item}'],
  ['variable.type', saying('拒收请回复R', { ...announce, type: 'promo' }), '${unit}'],
  ['variable.twice', saying('请到${unit}。'), '${unit}'],
  [
    'variable.adjacent',
    saying('，${business}${unit}', { ...announce, body: '公安民意0516-80110110' }),
    '${unit}',
  ],
  ['variable.broken', saying('{unit}'), '{'],
  ['variable.broken', saying('$unit'), '$'],
  ['variable.only', { ...announce, body: '${unit}，${business}' }, '${unit}，${business}'],
  ['opt_out.in_notice', saying('拒收请回复R'), '拒收请回复R'],
  ['opt_out.in_notice', saying('回T退订'), '回T退订'],
  ['opt_out.missing', { ...announce, type: 'promo', body: '民意中心0516-80110110感谢您。' }, ''],
  ['wording.survey', saying('请填写问卷。'), '问卷'],
  ['wording.survey', saying('满意度调查。'), '调查'],
  ['wording.survey', saying('请给个好评。'), '给个好评'],
  ['wording.marketing', saying('参与抽奖。'), '抽奖'],
  ['contact.mobile', saying('或13812345678。'), '13812345678'],
  ['contact.mobile', saying('或138 1234 5678。'), '138 1234 5678'],
  ['contact.social', saying('加微信。'), '微信'],
  ['contact.too_many', saying('或0516-80110111、400-800-1234。'), '400-800-1234'],
  ['contact.link', saying('见 www.example.gov.cn/x'), 'www.example.gov.cn/x'],
  ['tone.pressing', saying('请务必接听。'), '务必'],
  ['tone.exclamation', saying('谢谢！'), '！'],
  [
    'genuine.sender',
    { ...announce, signature: '温馨提示', body: '您的意见已收到，0516-80110110。' },
    '',
  ],
  ['genuine.number', { ...announce, body: '公安民意中心已收到您的意见。' }, ''],
  ['options.not_asked', { ...announce, scale: commonScales['1-3'] }, ''],
  ['options.no_scale', { ...good, scale: null }, ''],
  ['options.missing', { ...good, body: ask.replace('基本满意请回复2，', '') }, ''],
  ['options.contradiction', { ...good, scale: commonScales['5-1'] }, '满意请回复1'],
  [
    'options.unknown_figure',
    { ...good, body: ask.replace('回复3。', '回复3，非常满意请回复4。') },
    '非常满意请回复4',
  ],
  [
    'options.twice',
    { ...good, body: ask.replace('基本满意请回复2', '满意请回复1') },
    '满意请回复1',
  ],
  [
    'options.same_level',
    { ...good, scale: { '1': 'satisfied', '2': 'satisfied', '3': 'dissatisfied' } },
    '',
  ],
  ['options.one_sided', { ...good, scale: { '1': 'very_satisfied', '2': 'satisfied' } }, ''],
]

describe('each rule of the provider and of the house', () => {
  test.each(broken)('%s: %o', (rule, draft, place) => {
    const found = checkTemplate(draft, readAs).findings.filter((finding) => finding.rule === rule)
    expect(found).not.toEqual([])
    const { field, start, end, says, mend, source } = found[0]!
    expect(says && mend && source).toBeTruthy()
    const text = draft[field === 'scale' ? 'body' : field]
    expect(place && text.slice(start, end)).toBe(place)
  })

  test('a text without that fault is not told of it', () => {
    const all = new Set(broken.map(([rule]) => rule))
    const clean = new Set([...rulesOf(good), ...rulesOf(announce)])
    expect([...all].filter((rule) => clean.has(rule))).toEqual([])
  })

  test('what would be read otherwise than meant is refused', () => {
    const { findings } = checkTemplate(good, () => 'dissatisfied')
    expect(findings.map(({ rule }) => rule)).toContain('options.misread')
  })
})

test('a mend that is offered removes the finding', () => {
  const mendable = broken.flatMap(([, draft]) =>
    checkTemplate(draft, readAs)
      .findings.filter(({ replacement }) => replacement !== undefined)
      .map((finding) => ({ draft, finding })),
  )
  expect(mendable.length).toBeGreaterThan(8)
  for (const { draft, finding } of mendable) {
    const after = checkTemplate(mended(draft, finding), readAs).findings
    expect(count(after, finding)).toBeLessThan(
      count(checkTemplate(draft, readAs).findings, finding),
    )
  }
})

const count = (findings: readonly Finding[], { rule }: Finding) =>
  findings.filter((finding) => finding.rule === rule).length

function mended(draft: TemplateDraft, { start, end, replacement }: Finding): TemplateDraft {
  return { ...draft, body: draft.body.slice(0, start) + replacement + draft.body.slice(end) }
}

/** The provider's table of types: a value that fits, and one that does not. */
const values: Record<VariableTypeName, [fits: string, not: string]> = {
  time: ['2026年11月27日 08:30', '★'],
  money: ['12.50', '12元'],
  name: ['王秀英', 'Wang'],
  user_nick: ['小王', '😀'],
  unit_name: ['鼓楼分局黄楼派出所', '鼓楼分局（一）'],
  address: ['中山路1号', '路'.repeat(31)],
  license_plate_number: ['苏C12345', '苏C123456789'],
  tracking_number: ['SF12345678', '123'],
  pick_up_code: ['12-34', 'A'],
  other_number2: ['HZ000001', '回访1'],
  phone_number2: ['0516-80110110', '电话'],
  link_param: ['a1B2', 'a/b'],
  email_address: ['a@b.cn', 'a.b'],
  others: ['户政', '户\n政'],
}

test.each(Object.entries(values))('a value of type %s: %o', (type, [fits, not]) => {
  const pattern = variableTypes[type as VariableTypeName].fits
  expect([pattern.test(fits), pattern.test(not)]).toEqual([true, false])
})

test('what is filled into a text fits the type that the provider was told, and is never longer than was counted', () => {
  const { unit, business } = variablesOf('ask')
  const units = oneof(string(), string({ unit: constantFrom('鼓', '楼', '所', '（', '一') }))
  assert(
    property(units, constantFrom(...businesses), (name, kind) => {
      for (const [variable, value] of [
        [unit!, unitNameForText(name)],
        [business!, businessNameForText(kind)],
      ] as const) {
        expect(value).toMatch(variableTypes[variable.type].fits)
        expect(value.length).toBeLessThanOrEqual(variable.longest)
      }
    }),
  )
})

test('length and segments agree with what the gateway bills, whatever the text', () => {
  const piece = constantFrom(
    '【',
    '】',
    '😀',
    '👮🏻',
    '，',
    ',',
    'Ａ',
    'a',
    '\n',
    '\r\n',
    '\u3000',
    '满意',
  )
  const text = array(oneof(piece, string({ unit: 'grapheme' })), { maxLength: 120 }).map((pieces) =>
    pieces.join(''),
  )
  assert(
    property(string({ minLength: 2, maxLength: 12 }), text, (signature, body) => {
      expect(countSegments(signature, body).segments).toBe(billedTexts(signature, body))
    }),
    { numRuns: 10_000 },
  )
})
