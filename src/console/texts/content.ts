import type { OptionScale } from '../../foundation/rating.ts'
import type { TemplateContent } from '../../template/version-store.ts'
import type { TemplatePurpose } from '../../template/template.ts'
import { purposesThatAsk } from './words.ts'

/** The usual scales, as the offices of the field use them. */
export const scales: Record<string, OptionScale> = {
  '1 至 3': { 1: 'satisfied', 2: 'basically_satisfied', 3: 'dissatisfied' },
  '1 至 5': {
    1: 'very_satisfied',
    2: 'satisfied',
    3: 'basically_satisfied',
    4: 'dissatisfied',
    5: 'very_dissatisfied',
  },
  '5 至 1': {
    5: 'very_satisfied',
    4: 'satisfied',
    3: 'basically_satisfied',
    2: 'dissatisfied',
    1: 'very_dissatisfied',
  },
}

/** What of a version may be written, and nothing else. */
export function contentOf(version: TemplateContent): TemplateContent {
  const { type, signature, body, scale, remark, fallbackId } = version
  return { type, signature, body, scale, remark, fallbackId }
}

export function emptyContent(purpose: TemplatePurpose): TemplateContent {
  return {
    type: 'notice',
    signature: '',
    body: '',
    scale: purposesThatAsk.includes(purpose) ? scales['1 至 3']! : null,
    remark: '',
    fallbackId: null,
  }
}
