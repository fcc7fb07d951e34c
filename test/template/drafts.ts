import { commonScales } from '../../src/foundation/rating.ts'
import type { Finding, TemplateDraft } from '../../src/template/check/finding.ts'

/** Texts without a fault, to break. */
export const ask: TemplateDraft = {
  purpose: 'ask',
  type: 'notice',
  signature: '徐州公安民意',
  body: '您好，您近日在${unit}办理的${business}业务已办结。对本次服务，满意请回复1，基本满意请回复2，不满意请回复3。公安民意跟踪监测中心，可致电0516-80110110核实。',
  scale: commonScales['1-3'],
}
export const announce: TemplateDraft = {
  ...ask,
  purpose: 'announce',
  scale: null,
  body: '您对${unit}工作的意见已收到。公安民意跟踪监测中心，电话0516-80110110。',
}

export const saying = (words: string, draft: TemplateDraft) => ({
  ...draft,
  body: `${draft.body}${words}`,
})

/** The text with an offered mend put in. */
export function mended(
  draft: TemplateDraft,
  { start, end, replacement = '' }: Finding,
): TemplateDraft {
  return { ...draft, body: draft.body.slice(0, start) + replacement + draft.body.slice(end) }
}
