import type { Clock } from '../../foundation/clock.ts'
import { formatProviderTime } from '../../sms/provider-time.ts'
import type { SandboxTemplate } from './actions.ts'
import { refuse, requestId, type Answer } from './answer.ts'
import { faultsFound } from './review-rules.ts'

export interface ReviewSettings {
  /** From handing in to the verdict. */
  reviewMs: number
  /** Between two applications. */
  apartMs: number
  perDay: number
}

/** Quick reviewers; the provider's take two hours. Its limits are its own (CreateSmsTemplate). */
export const usualReviews: ReviewSettings = { reviewMs: 2_000, apartMs: 30_000, perDay: 100 }

export interface ReviewVerdict {
  code: string
  verdict: 'approved' | 'refused' | 'withdrawn'
  reason?: string | undefined
}

type Status = 'reviewing' | ReviewVerdict['verdict']

interface Reviewed {
  code: string
  name: string
  content: string
  /** 0 code, 1 notice, 2 promotion, 3 international. */
  type: number
  remark: string
  orderId: string
  status: Status
  reason: string
  createdAt: Date
}

export interface ReviewerDeps {
  clock: Clock
  settings: ReviewSettings
  templates: readonly SandboxTemplate[]
  /** Any code that begins with `SMS_` counts as approved, unless it was handed in here. */
  openTemplates: boolean
  push: (report: object) => void
}

const statusFigures: Record<Status, string> = {
  reviewing: '0',
  approved: '1',
  refused: '2',
  withdrawn: '10',
}
const listNames: Record<Status, string> = {
  reviewing: 'AUDIT_STATE_INIT',
  approved: 'AUDIT_STATE_PASS',
  refused: 'AUDIT_STATE_NOT_PASS',
  withdrawn: 'AUDIT_SATE_CANCEL',
}
// The list numbers the types otherwise than everything else does.
const listTypes: Record<number, number> = { 0: 2, 1: 0, 2: 1, 3: 6 }
const typeLabels: Record<number, string> = {
  0: '验证码',
  1: '短信通知',
  2: '推广短信',
  3: '国际/港澳台消息',
}
const dayMs = 24 * 3600 * 1000

/** The provider's reviewers and the interface to them: applications, verdicts, pushes, and their limits. */
export function createReviewer({ clock, settings, templates, openTemplates, push }: ReviewerDeps) {
  const reviewed = new Map<string, Reviewed>()
  const known = new Map(templates.map((template) => [template.code, template]))
  const timers = new Set<NodeJS.Timeout>()
  let applications: number[] = []
  let orders = 0

  const settle = (template: Reviewed, verdict: Status, reason: string) => {
    template.status = verdict
    template.reason = reason
    // There is no push that tells of a withdrawal.
    if (verdict !== 'withdrawn') push(reportOf(template))
  }
  const judge = (template: Reviewed) => {
    const { orderId } = template
    const timer = setTimeout(() => {
      timers.delete(timer)
      if (template.status !== 'reviewing' || template.orderId !== orderId) return
      const faults = faultsFound(template)
      settle(template, faults.length === 0 ? 'approved' : 'refused', faults.join('；'))
    }, settings.reviewMs)
    timers.add(timer)
  }
  const handIn = (p: URLSearchParams, code: string): Reviewed | Answer => {
    const content = p.get('TemplateContent') ?? ''
    const name = p.get('TemplateName') ?? ''
    const type = Number(p.get('TemplateType') ?? '-1')
    if (name === '' || name.length > 30) return refuse('isv.INVALID_PARAMETERS', '模板名称不合规')
    if (content.length < 1 || content.length > 500) {
      return refuse('isv.INVALID_PARAMETERS', '模板内容长度不合规')
    }
    if (!(type in typeLabels)) return refuse('isv.INVALID_PARAMETERS', '模板类型不合规')
    if (!p.get('RelatedSignName')) return refuse('isv.INVALID_PARAMETERS', '缺少关联签名')
    if (/\$\{/.test(content) && !rulesAll(content, p.get('TemplateRule'))) {
      return refuse('TEMPLATE_PARAMETER_COUNT_ILLEGAL', '变量属性与变量不一致')
    }
    const template: Reviewed = {
      code,
      name,
      content,
      type,
      remark: p.get('Remark') ?? '',
      orderId: String(20_000_000_000 + ++orders),
      status: 'reviewing',
      reason: '',
      createdAt: clock.now(),
    }
    reviewed.set(code, template)
    judge(template)
    return template
  }
  const tooMany = (): Answer | null => {
    const now = clock.nowMs()
    applications = applications.filter((at) => now - at < dayMs)
    if (applications.length >= settings.perDay) {
      return refuse('isv.SMS_OVER_LIMIT', '单日最多申请模板或签名100条')
    }
    const last = applications.at(-1)
    return last !== undefined && now - last < settings.apartMs
      ? refuse('Throttling.User', 'Request was denied due to user flow control.', 400)
      : null
  }
  const answer = (result: Reviewed | Answer): Answer =>
    'orderId' in result
      ? ok({ OrderId: result.orderId, TemplateCode: result.code, TemplateName: result.name })
      : result

  const actions: Record<string, (p: URLSearchParams) => Answer> = {
    CreateSmsTemplate(p) {
      const limited = tooMany()
      if (limited) return limited
      applications.push(clock.nowMs())
      return answer(handIn(p, `SMS_${400_000_000 + reviewed.size + 1}`))
    },
    UpdateSmsTemplate(p) {
      const template = reviewed.get(p.get('TemplateCode') ?? '')
      if (!template) return refuse('isv.SMS_TEMPLATE_ILLEGAL', '该账号下找不到对应模板')
      if (template.status !== 'refused') {
        return refuse('isv.ERROR_TEMPLATE_NOT_MODIFY', '已通过或审核中的模板不能修改')
      }
      return answer(handIn(p, template.code))
    },
    GetSmsTemplate(p) {
      const code = p.get('TemplateCode') ?? ''
      const template = reviewed.get(code)
      if (template) return ok(detailsOf(template))
      const open = known.get(code) ?? (openTemplates && code.startsWith('SMS_'))
      return open
        ? ok({ TemplateCode: code, TemplateStatus: '1', AuditInfo: {} })
        : refuse('isv.SMS_TEMPLATE_ILLEGAL', '该账号下找不到对应模板')
    },
    DeleteSmsTemplate(p) {
      const code = p.get('TemplateCode') ?? ''
      const template = reviewed.get(code)
      if (template?.status === 'reviewing') {
        return refuse('isv.ERROR_TEMPLATE_NOT_DELETE', '审核中的模板不能删除')
      }
      if (!template && !known.has(code) && !(openTemplates && code.startsWith('SMS_'))) {
        return refuse('isv.SMS_TEMPLATE_ILLEGAL', '该账号下找不到对应模板')
      }
      reviewed.delete(code)
      known.delete(code)
      return ok({ TemplateCode: code })
    },
    QuerySmsTemplateList(p) {
      const size = Number(p.get('PageSize') ?? '10')
      const page = Number(p.get('PageIndex') ?? '1')
      if (!(size >= 1 && size <= 50) || !(page >= 1)) {
        return refuse('isv.INVALID_PARAMETERS', '参数异常')
      }
      const all = [...reviewed.values()].reverse()
      return ok({
        TotalCount: all.length,
        CurrentPage: page,
        PageSize: size,
        SmsTemplateList: all.slice((page - 1) * size, page * size).map((template) => ({
          TemplateCode: template.code,
          TemplateName: template.name,
          TemplateContent: template.content,
          TemplateType: listTypes[template.type],
          OuterTemplateType: template.type,
          AuditStatus: listNames[template.status],
          Reason: { RejectInfo: template.reason },
          OrderId: template.orderId,
          CreateDate: formatProviderTime(template.createdAt),
        })),
      })
    },
  }

  return {
    actions,
    all: () => [...reviewed.values()],
    /** A template by which texts may be sent. */
    sendable(code: string): SandboxTemplate | undefined {
      const template = reviewed.get(code)
      if (template) {
        return template.status === 'approved' ? { code, content: template.content } : undefined
      }
      return known.get(code) ?? (openTemplates && code.startsWith('SMS_') ? { code } : undefined)
    },
    add(added: readonly SandboxTemplate[]) {
      for (const template of added) known.set(template.code, template)
    },
    decide({ code, verdict, reason = '' }: ReviewVerdict) {
      const template = reviewed.get(code) ?? adopt(known.get(code) ?? { code })
      reviewed.set(code, template)
      settle(template, verdict, reason)
    },
    close() {
      for (const timer of timers) clearTimeout(timer)
    },
  }

  function adopt({ code, content = '' }: SandboxTemplate): Reviewed {
    return {
      code,
      content,
      name: code,
      type: 1,
      remark: '',
      status: 'approved',
      reason: '',
      orderId: String(20_000_000_000 + ++orders),
      createdAt: clock.now(),
    }
  }
}

function rulesAll(content: string, rule: string | null): boolean {
  const names = [...content.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name)
  try {
    const rules = JSON.parse(rule ?? '') as Record<string, unknown>
    return names.every((name) => typeof rules[name!] === 'string')
  } catch {
    return false
  }
}

function ok(body: Record<string, unknown>): Answer {
  return { status: 200, body: { Code: 'OK', Message: 'OK', RequestId: requestId(), ...body } }
}

function detailsOf(template: Reviewed) {
  return {
    TemplateCode: template.code,
    TemplateName: template.name,
    TemplateContent: template.content,
    TemplateType: String(template.type),
    TemplateStatus: statusFigures[template.status],
    AuditInfo: template.reason === '' ? {} : { RejectInfo: template.reason },
    OrderId: template.orderId,
    Remark: template.remark,
    CreateDate: formatProviderTime(template.createdAt),
  }
}

function reportOf(template: Reviewed) {
  return {
    template_type: typeLabels[template.type],
    reason: template.reason,
    template_name: template.name,
    orderId: template.orderId,
    template_content: template.content,
    template_status: template.status === 'refused' ? 'rejected' : template.status,
    remark: template.remark,
    template_code: template.code,
    create_date: formatProviderTime(template.createdAt),
  }
}
