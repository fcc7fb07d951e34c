import type * as Sdk from '@alicloud/dysmsapi20170525'
import { connector, deadlinePassed, withDeadline, type AliyunSettings } from './aliyun-client.ts'
import type { Batch, QueryResult, SendDetail, SendResult, SmsGateway } from './gateway.ts'
import { isCodeShaped, refusalFor } from './provider-codes.ts'

const maxBatch = 100
const pageSize = 50
// 2,000 texts to one number in one day: something is wrong, and half an answer is none (law 4).
const maxPages = 40

/**
 * The provider Alibaba Cloud (dysmsapi 2017-05-25) behind the port. Never rejects; nothing that the SDK
 * or the provider says leaves it but codes, because their messages carry whole URLs with numbers in them.
 */
export function aliyunGateway(settings: AliyunSettings): SmsGateway {
  const connect = connector(settings)

  return {
    async ready() {
      await connect()
    },

    async send(batch) {
      if (!isWellFormed(batch)) return outcomeOf('local.BATCH_INVALID', '')
      const connection = await connect()
      if (connection === null) return outcomeOf('local.SDK_UNUSABLE', '')
      const { sdk, client } = connection
      try {
        const request = new sdk.SendBatchSmsRequest(batchFields(batch))
        const response = await withDeadline(settings.callTimeoutMs, client.sendBatchSms(request))
        return answerOf(response)
      } catch (error) {
        return troubleOf(error)
      }
    },

    async query(phone, day) {
      const connection = await connect()
      if (connection === null) return { outcome: 'failed', code: 'local.SDK_UNUSABLE' }
      const { sdk, client } = connection
      try {
        const details: SendDetail[] = []
        for (let currentPage = 1; currentPage <= maxPages; currentPage++) {
          const request = new sdk.QuerySendDetailsRequest({
            phoneNumber: phone,
            sendDate: day,
            pageSize,
            currentPage,
          })
          const response = await withDeadline(
            settings.callTimeoutMs,
            client.querySendDetails(request),
          )
          const page = pageOf(response)
          if ('outcome' in page) return page
          details.push(...page.rows)
          if (details.length >= page.total) return { outcome: 'found', details }
          if (page.rows.length === 0) return { outcome: 'failed', code: 'incomplete' }
        }
        return { outcome: 'failed', code: 'too_many_pages' }
      } catch (error) {
        return queryTroubleOf(error)
      }
    },
  }
}

function isWellFormed({ texts }: Batch): boolean {
  // A receipt is told by request and number, so a number may stand once in a batch.
  const phones = new Set(texts.map((text) => text.phone))
  return texts.length > 0 && texts.length <= maxBatch && phones.size === texts.length
}

function batchFields({ outId, templateCode, texts }: Batch) {
  return {
    outId,
    templateCode,
    phoneNumberJson: JSON.stringify(texts.map((text) => text.phone)),
    signNameJson: JSON.stringify(texts.map((text) => text.signature)),
    templateParamJson: JSON.stringify(texts.map((text) => text.templateParams)),
  }
}

function answerOf({ body }: Sdk.SendBatchSmsResponse): SendResult {
  if (body?.code === 'OK' && body.bizId) {
    return { outcome: 'accepted', bizId: body.bizId, requestId: body.requestId ?? '' }
  }
  if (body?.code === undefined || body.code === 'OK') return unreadable
  return outcomeOf(body.code, body.message ?? '')
}

const unreadable: SendResult = { outcome: 'unknown', cause: 'unreadable' }

function outcomeOf(code: string, message: string): SendResult {
  if (!isCodeShaped(code)) return unreadable
  const refusal = refusalFor(code, message)
  return refusal
    ? { outcome: 'rejected', refusal }
    : { outcome: 'unknown', cause: 'server_error', code }
}

/** The parts of a thrown thing that can be told apart; its message is only searched, never kept. */
interface Thrown {
  name?: unknown
  code?: unknown
  statusCode?: unknown
  message?: unknown
  syscall?: unknown
  errors?: unknown
}

/** What a call that threw came to: nothing of the error itself leaves here. */
export function troubleOf(error: unknown): SendResult {
  if (error === deadlinePassed) return { outcome: 'unknown', cause: 'timeout' }
  const thrown = (error ?? {}) as Thrown
  if (typeof thrown.statusCode === 'number') {
    const code = isCodeShaped(thrown.code) && thrown.code !== 'undefined' ? thrown.code : undefined
    if (thrown.statusCode >= 500) {
      return { outcome: 'unknown', cause: 'server_error', ...(code && { code }) }
    }
    return code === undefined ? unreadable : outcomeOf(code, String(thrown.message))
  }
  if (thrown.name === 'RequestTimeoutError') return { outcome: 'unknown', cause: 'timeout' }
  if (neverConnected(thrown)) return outcomeOf('local.NOT_CONNECTED', '')
  if (thrown.code === 'InvalidCredentials') return outcomeOf('InvalidCredentials', '')
  if (typeof thrown.code === 'string' && /^E[A-Z]+$/.test(thrown.code)) {
    return { outcome: 'unknown', cause: 'connection', code: thrown.code }
  }
  return unreadable
}

// Where the name was not found or the connection was never made, not one byte of the request left: a
// clear no. A network that is down for an hour would otherwise leave every text of it unknown.
function neverConnected(thrown: Thrown): boolean {
  if (Array.isArray(thrown.errors)) {
    return thrown.errors.length > 0 && thrown.errors.every((each: Thrown) => neverConnected(each))
  }
  return thrown.syscall === 'connect' || thrown.syscall === 'getaddrinfo'
}

function queryTroubleOf(error: unknown): QueryResult {
  const trouble = troubleOf(error)
  if (trouble.outcome === 'rejected') return { outcome: 'failed', code: trouble.refusal.code }
  if (trouble.outcome === 'accepted') return { outcome: 'failed', code: 'unreadable' }
  return { outcome: 'failed', code: trouble.code ?? trouble.cause }
}

function pageOf({
  body,
}: Sdk.QuerySendDetailsResponse): QueryResult | { rows: SendDetail[]; total: number } {
  const code = body?.code
  if (code !== 'OK') return { outcome: 'failed', code: isCodeShaped(code) ? code : 'unreadable' }
  const rows = body?.smsSendDetailDTOs?.smsSendDetailDTO ?? []
  // "None" decides whether a text counts as not sent, so it needs the provider's own figure.
  if (!/^\d+$/.test(body?.totalCount ?? '')) return { outcome: 'failed', code: 'unreadable' }
  return { rows: rows.map(detailOf), total: Number(body?.totalCount) }
}

const statuses: Record<number, SendDetail['status']> = { 1: 'waiting', 2: 'failed', 3: 'delivered' }

type DetailRow = Sdk.QuerySendDetailsResponseBodySmsSendDetailDTOsSmsSendDetailDTO

function detailOf(row: DetailRow): SendDetail {
  return {
    outId: row.outId || null,
    templateCode: row.templateCode || null,
    // A row shows that the text was taken on, whatever status a later version may add.
    status: statuses[row.sendStatus ?? 1] ?? 'waiting',
    errorCode: row.errCode || null,
    sentAtLocal: row.sendDate || null,
    receivedAtLocal: row.receiveDate || null,
  }
}
