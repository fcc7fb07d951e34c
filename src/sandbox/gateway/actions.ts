import type { Clock } from '../../foundation/clock.ts'
import { formatProviderTime } from '../../sms/provider-time.ts'
import { refuse, requestId, type Answer } from './answer.ts'
import { billedTexts } from './billing.ts'
import type { Ledger, LedgerEntry } from './ledger.ts'
import type { Limits } from './limits.ts'

/** A template as the provider approved it; without content its words and variables are not checked. */
export interface SandboxTemplate {
  code: string
  content?: string | undefined
}

/** A call that was understood so far: whom it concerns, and what it does once it may. */
export interface PreparedCall {
  phones: readonly string[]
  run: () => Answer
}

export interface ActionDeps {
  clock: Clock
  ledger: Ledger
  limits: Limits
  /** The template of a code that may be sent. */
  templateOf(code: string): SandboxTemplate | undefined
  /** Null takes any signature. */
  signatures: readonly string[] | null
  onAccepted(entries: LedgerEntry[]): void
}

interface Text {
  phone: string
  signature: string
  params: unknown
}

type Parameters = URLSearchParams

/** The three calls of the interface that huifang uses, by the name in `x-acs-action`. */
export function createActions(deps: ActionDeps): Record<string, (p: Parameters) => PreparedCall> {
  const nextBizId = bizIds(deps.clock)
  const send = (texts: Text[] | Answer, most: number, p: Parameters): PreparedCall => {
    if (!Array.isArray(texts)) return { phones: [], run: () => texts }
    return {
      phones: texts.map((text) => text.phone),
      run: () => acceptTexts(deps, nextBizId, texts, most, p),
    }
  }
  return {
    SendSms: (p) => send(singleTexts(p), 1_000, p),
    SendBatchSms: (p) => send(batchTexts(p), 100, p),
    QuerySendDetails: (p) => ({
      phones: [bareNumber(p.get('PhoneNumber') ?? '')],
      run: () => queryDetails(deps.ledger, p),
    }),
  }
}

function singleTexts(p: Parameters): Text[] | Answer {
  const params = parseJson(p.get('TemplateParam') ?? '{}')
  const signature = p.get('SignName') ?? ''
  return (p.get('PhoneNumbers') ?? '')
    .split(',')
    .map((number) => ({ phone: bareNumber(number.trim()), signature, params }))
}

function batchTexts(p: Parameters): Text[] | Answer {
  const phones = parseJson(p.get('PhoneNumberJson'))
  const signatures = parseJson(p.get('SignNameJson'))
  const params = parseJson(p.get('TemplateParamJson') ?? '[]')
  if (!Array.isArray(phones) || !Array.isArray(signatures) || !Array.isArray(params)) {
    return refuse('isv.INVALID_JSON_PARAM', '参数格式错误，请修改为字符串值')
  }
  const lengths = new Set([phones.length, signatures.length, params.length || phones.length])
  if (lengths.size > 1) return refuse('isv.INVALID_PARAMETERS', '参数个数不一致')
  return phones.map((phone, index) => ({
    phone: bareNumber(String(phone)),
    signature: String(signatures[index]),
    params: params[index] ?? {},
  }))
}

function acceptTexts(
  deps: ActionDeps,
  nextBizId: () => string,
  texts: Text[],
  most: number,
  p: Parameters,
): Answer {
  const templateCode = p.get('TemplateCode') ?? ''
  const template = deps.templateOf(templateCode)
  if (!template) return refuse('isv.SMS_TEMPLATE_ILLEGAL', '该账号下找不到对应模板')
  if (texts.length > most) return refuse('isv.MOBILE_COUNT_OVER_LIMIT', '手机号码数量超过限制')
  for (const text of texts) {
    const fault = faultIn(text, template, deps.signatures)
    if (fault) return fault
  }
  const limited = deps.limits.take(texts, templateCode)
  if (limited) return refuse(limited.code, limited.message)

  const acceptedAt = deps.clock.now()
  const bizId = nextBizId()
  const outId = p.get('OutId')
  const entries = texts.map((text) => {
    const params = text.params as Record<string, string>
    const content = template.content === undefined ? null : fill(template.content, params)
    return deps.ledger.accept({
      bizId,
      outId,
      phone: text.phone,
      signature: text.signature,
      templateCode,
      params,
      content,
      segments: content === null ? 1 : billedTexts(text.signature, content),
      acceptedAt,
    })
  })
  deps.onAccepted(entries)
  return {
    status: 200,
    body: { Code: 'OK', Message: 'OK', BizId: bizId, RequestId: requestId() },
  }
}

function faultIn(
  { phone, signature, params }: Text,
  template: SandboxTemplate,
  signatures: readonly string[] | null,
): Answer | null {
  if (signature === '' || (signatures && !signatures.includes(signature))) {
    return refuse('isv.SMS_SIGNATURE_ILLEGAL', `签名 ${signature} 不存在或未通过审核`)
  }
  if (!/^1[3-9]\d{9}$/.test(phone))
    return refuse('isv.MOBILE_NUMBER_ILLEGAL', `${phone} 非法手机号`)
  if (typeof params !== 'object' || params === null || Array.isArray(params)) {
    return refuse('isv.INVALID_JSON_PARAM', '参数格式错误，请修改为字符串值')
  }
  for (const value of Object.values(params)) {
    if (typeof value !== 'string') {
      return refuse('isv.INVALID_JSON_PARAM', '参数格式错误，请修改为字符串值')
    }
    if (value.length > 35) return refuse('isv.PARAM_LENGTH_LIMIT', '变量长度超过限制')
    if (/https?:\/\/|www\./i.test(value)) {
      return refuse('isv.PARAM_NOT_SUPPORT_URL', '变量不支持传入 URL')
    }
    if (/\p{Emoji_Presentation}/u.test(value)) {
      return refuse('isv.UNSUPPORTED_CONTENT', '内容含不支持的字符')
    }
  }
  const missing = [...(template.content ?? '').matchAll(variable)].some(
    ([, name]) => !((name ?? '') in params),
  )
  return missing ? refuse('isv.TEMPLATE_MISSING_PARAMETERS', '模版缺少变量') : null
}

const variable = /\$\{(\w+)\}/g

function fill(content: string, params: Record<string, string>): string {
  return content.replace(variable, (_, name: string) => params[name] ?? '')
}

function queryDetails(ledger: Ledger, p: Parameters): Answer {
  const size = Number(p.get('PageSize'))
  const page = Number(p.get('CurrentPage'))
  const day = p.get('SendDate') ?? ''
  if (!(size >= 1 && size <= 50) || !(page >= 1) || !/^\d{8}$/.test(day)) {
    return refuse('isv.INVALID_PARAMETERS', '参数异常')
  }
  const found = ledger.find(bareNumber(p.get('PhoneNumber') ?? ''), day, p.get('BizId'))
  const rows = found.slice((page - 1) * size, page * size).map(detailRow)
  return {
    status: 200,
    body: {
      Code: 'OK',
      Message: 'OK',
      RequestId: requestId(),
      TotalCount: found.length,
      SmsSendDetailDTOs: { SmsSendDetailDTO: rows },
    },
  }
}

function detailRow(entry: LedgerEntry) {
  const status = entry.receipt ? (entry.receipt.code === 'DELIVERED' ? 3 : 2) : 1
  return {
    PhoneNum: entry.phone,
    OutId: entry.outId ?? '',
    TemplateCode: entry.templateCode,
    Content: `【${entry.signature}】${entry.content ?? ''}`,
    SendStatus: status,
    ErrCode: entry.receipt?.code ?? '',
    SendDate: formatProviderTime(entry.acceptedAt),
    ReceiveDate: entry.receipt ? formatProviderTime(entry.receipt.at) : '',
  }
}

function bareNumber(number: string): string {
  return number.replace(/^(?:\+?86|0086)(?=1\d{10}$)/, '')
}

function parseJson(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return undefined
  }
}

function bizIds(clock: Clock): () => string {
  let count = 0
  return () => `${clock.nowMs()}${String(++count % 100_000).padStart(5, '0')}^0`
}
