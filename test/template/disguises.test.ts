import { expect, test } from 'vitest'
import { checkTemplate } from '../../src/template/check/check.ts'
import type { TemplateDraft } from '../../src/template/check/finding.ts'
import { announce, ask, mended, saying } from './drafts.ts'

const promo: TemplateDraft = {
  ...announce,
  type: 'promo',
  body: '公安民意中心0516-80110110感谢您。拒收请回复R',
}

/** What breaks a rule in another guise than the usual one: the rule, a text, and the place that is shown. */
const guises: [rule: string, draft: TemplateDraft, place: string][] = [
  ['contact.mobile', saying('或+8613812345678。', announce), '+8613812345678'],
  ['contact.mobile', saying('或0086 138-1234-5678。', announce), '0086 138-1234-5678'],
  ['contact.social', saying('加薇信。', announce), '薇信'],
  ['contact.social', saying('加V信。', announce), 'V信'],
  ['contact.social', saying('或扣扣。', announce), '扣扣'],
  ['contact.social', saying('扫二维码。', announce), '二维码'],
  ['contact.link', saying('见abc.xyz/1详情', announce), 'abc.xyz/1'],
  ['contact.link', saying('见https://a.cn/b查看', announce), 'https://a.cn/b'],
  ['contact.too_many', saying('或80110111、80110112。', announce), '80110112'],
  [
    'variable.combined',
    saying('请到${unit}、${business}窗口。', { ...announce, body: '公安民意0516-80110110' }),
    '、',
  ],
  ['opt_out.misplaced', { ...promo, body: `拒收请回复R，${promo.body}` }, '拒收请回复R'],
  ['options.unknown_figure', saying('其他意见回复4。', ask), '回复4'],
  ['options.unknown_figure', saying('请回复1、2或5。', ask), '回复1、2或5'],
  ['options.not_asked', saying('如已解决请回复1。', announce), '回复1'],
  [
    'options.order',
    { ...ask, scale: { '1': 'satisfied', '2': 'dissatisfied', '3': 'basically_satisfied' } },
    '',
  ],
  ['genuine.matter', saying('您反映的家庭暴力已处理。', announce), '家庭暴力'],
  ['genuine.matter', saying('您的案情已记录。', announce), '案情'],
]

const of = (draft: TemplateDraft, rule: string) =>
  checkTemplate(draft).findings.filter((finding) => finding.rule === rule)

test.each(guises)('%s is found in another guise: %o', (rule, draft, place) => {
  const [found] = of(draft, rule)
  expect(found).toMatchObject({
    says: expect.stringMatching(/./),
    mend: expect.stringMatching(/./),
    source: expect.stringMatching(/./),
  })
  const shown = found!.field === 'body' ? draft.body.slice(found!.start, found!.end) : ''
  expect(shown).toBe(place)
})

test('a mend that is offered removes the finding', () => {
  const offered = guises.flatMap(([rule, draft]) =>
    of(draft, rule)
      .filter(({ replacement }) => replacement !== undefined)
      .map((finding) => ({ draft, rule, finding })),
  )
  expect(new Set(offered.map(({ rule }) => rule))).toEqual(
    new Set(['contact.too_many', 'variable.combined', 'opt_out.misplaced']),
  )
  for (const { draft, rule, finding } of offered) {
    expect(of(mended(draft, finding), rule).length).toBe(of(draft, rule).length - 1)
  }
})

test.each([
  [
    'figures that are no answers',
    saying('24小时内、拨打110、0516-80110110。', { ...announce, body: '' }),
    'options.not_asked',
  ],
  ['the figures of the scale, said again', saying('请回复1至3。', ask), 'options.unknown_figure'],
  ['an opt-out at the end of promotion', promo, 'opt_out.misplaced'],
  ['variables that words divide', ask, 'variable.combined'],
  [
    'case numbers longer than a local line',
    saying('编号8011011012。', announce),
    'contact.too_many',
  ],
  [
    'a 110 call that is named as a business',
    saying('您近日拨打110求助。', announce),
    'genuine.matter',
  ],
  ['乾 of a place name, which is not 干', saying('乾县。', announce), 'characters.traditional'],
])('is no fault: %s', (_, draft, rule) => {
  expect(of(draft, rule)).toEqual([])
})
