import type * as Sdk from '@alicloud/dysmsapi20170525'
import type {
  LookResult,
  ReviewFailure,
  ReviewRequest,
  ReviewStatus,
  TemplateReview,
} from '../template/review-port.ts'
import type { TemplateType } from '../template/template.ts'
import { connector, withDeadline, type AliyunSettings } from './aliyun-client.ts'
import { troubleOf } from './aliyun.ts'
import { isCodeShaped, refusalFor } from './provider-codes.ts'

// As CreateSmsTemplate numbers them; QuerySmsTemplateList numbers them otherwise, so it is not asked for them.
const typeFigures: Record<TemplateType, number> = { notice: 1, promo: 2 }
const statuses: Record<string, ReviewStatus> = {
  '0': 'reviewing',
  '1': 'approved',
  '2': 'refused',
  '10': 'withdrawn',
}
const pageSize = 50
// 1,000 templates; an account has far fewer.
const maxPages = 20

interface Answered {
  body?: { code?: string; message?: string }
}

/** The reviewers of Alibaba Cloud (dysmsapi 2017-05-25) behind the port. */
export function aliyunReview(settings: AliyunSettings): TemplateReview {
  const connect = connector(settings)
  type Connection = NonNullable<Awaited<ReturnType<typeof connect>>>

  async function call<Response extends Answered, Result>(
    ask: (connection: Connection) => Promise<Response>,
    read: (response: Response) => Result,
  ): Promise<Result | ReviewFailure> {
    const connection = await connect()
    if (connection === null) return failure('local.SDK_UNUSABLE')
    try {
      const response = await withDeadline(settings.callTimeoutMs, ask(connection))
      const code = response.body?.code
      if (code !== 'OK') return isCodeShaped(code) ? failure(code) : unknown('unreadable')
      return read(response)
    } catch (error) {
      const trouble = troubleOf(error)
      if (trouble.outcome === 'rejected') return failure(trouble.refusal.code)
      return unknown(trouble.outcome === 'unknown' ? (trouble.code ?? trouble.cause) : 'unreadable')
    }
  }
  return {
    create: async (request) =>
      call(
        ({ sdk, client }) =>
          client.createSmsTemplate(new sdk.CreateSmsTemplateRequest(fieldsOf(request))),
        taken,
      ),
    update: async (code, request) =>
      call(
        ({ sdk, client }) =>
          client.updateSmsTemplate(
            new sdk.UpdateSmsTemplateRequest({ ...fieldsOf(request), templateCode: code }),
          ),
        taken,
      ),
    async look(code) {
      const found = await call(
        ({ sdk, client }) =>
          client.getSmsTemplate(new sdk.GetSmsTemplateRequest({ templateCode: code })),
        lookOf,
      )
      return isGone(found) ? { outcome: 'gone' } : found
    },
    async find(name) {
      for (let pageIndex = 1; pageIndex <= maxPages; pageIndex++) {
        const page = await call(
          ({ sdk, client }) =>
            client.querySmsTemplateList(
              new sdk.QuerySmsTemplateListRequest({ pageIndex, pageSize }),
            ),
          ({ body }) => body?.smsTemplateList ?? [],
        )
        if (!Array.isArray(page)) return page
        const match = page.find(({ templateName }) => templateName === name)
        if (match?.templateCode) return { outcome: 'listed', code: match.templateCode }
        if (page.length < pageSize) return { outcome: 'listed', code: null }
      }
      return unknown('too_many_pages')
    },
    async remove(code) {
      const removed = await call(
        ({ sdk, client }) =>
          client.deleteSmsTemplate(new sdk.DeleteSmsTemplateRequest({ templateCode: code })),
        () => ({ outcome: 'removed' }) as const,
      )
      return isGone(removed) ? { outcome: 'removed' } : removed
    },
  }
}

function fieldsOf(request: ReviewRequest) {
  const { name, type, signature, body, variableTypes, remark } = request
  return {
    templateName: name,
    templateType: typeFigures[type],
    templateContent: body,
    relatedSignName: signature,
    remark,
    ...(Object.keys(variableTypes).length > 0
      ? { templateRule: JSON.stringify(variableTypes) }
      : {}),
  }
}

function lookOf({ body }: Sdk.GetSmsTemplateResponse): LookResult | ReviewFailure {
  const status = statuses[body?.templateStatus ?? '']
  return status
    ? { outcome: 'found', status, reason: body?.auditInfo?.rejectInfo || null }
    : unknown('unreadable')
}

const isGone = (result: { outcome: string; code?: string }) =>
  result.outcome === 'failed' && result.code === 'isv.SMS_TEMPLATE_ILLEGAL'

function taken({
  body,
}: Sdk.CreateSmsTemplateResponse | Sdk.UpdateSmsTemplateResponse):
  | { outcome: 'taken'; code: string }
  | ReviewFailure {
  const code = body?.templateCode
  return code ? { outcome: 'taken', code } : unknown('unreadable')
}

const unknown = (code: string): ReviewFailure => ({
  outcome: 'failed',
  class: 'unknown',
  code,
  meaning: '平台没有给出明确答复',
})

const quotaCodes = new Set([
  'isv.SMS_OVER_LIMIT',
  'isv.TEMPLATE_COUNT_OVER_LIMIT',
  'isv.SIGN_COUNT_OVER_LIMIT',
])

/** A clear no, by its code (see provider-codes.ts for the texts). */
function failure(code: string): ReviewFailure {
  if (quotaCodes.has(code)) {
    return { outcome: 'failed', class: 'quota', code, meaning: '今日申请模板的次数已用完' }
  }
  const refusal = refusalFor(code, '')
  if (refusal === null) return unknown(code)
  const { meaning } = refusal
  const classes = {
    retry: 'retry',
    flow: 'retry',
    configuration: 'configuration',
    permanent: 'permanent',
    block: 'permanent',
  } as const
  return { outcome: 'failed', class: classes[refusal.class], code, meaning }
}
