import type { Severity } from '../../template/check/finding.ts'
import type { TemplateState } from '../../template/states.ts'
import type { TemplatePurpose, TemplateType } from '../../template/template.ts'

export const purposeWords: Record<TemplatePurpose, string> = {
  ask: '征求意见',
  reminder: '提醒回复',
  thanks: '致谢',
  announce: '告知将回访',
  unreachable: '未联系上',
  closing: '办结告知',
  duty: '值班告警',
}
export const purposesThatAsk: readonly TemplatePurpose[] = ['ask', 'reminder']

export const typeWords: Record<TemplateType, string> = {
  notice: '通知短信',
  promo: '推广短信',
}

export const severityWords: Record<Severity, string> = {
  refuse: '须修改',
  warn: '可能被拒',
  hint: '建议',
}
export const severityTone: Record<Severity, string> = { refuse: 'bad', warn: 'warn', hint: '' }

export const stateTone: Record<TemplateState, string> = {
  draft: '',
  checked: 'brand',
  submitted: 'brand',
  approved: 'ok',
  refused: 'bad',
  active: 'ok',
  retired: '',
  withdrawn: 'bad',
  deleted: '',
}

export const businessName = (business: string | null) => business ?? '通用'

export const textPath = (key: string) => `/texts/${encodeURIComponent(key)}`
