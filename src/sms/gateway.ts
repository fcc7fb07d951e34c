/** One text to one citizen. */
export interface OutgoingText {
  messageId: string
  /** 11 digits, mainland mobile. */
  phone: string
  signature: string
  templateParams: Readonly<Record<string, string>>
}

/** Up to 100 texts that share one provider template; numbers must differ within a batch. */
export interface Batch {
  /** Echoed by the provider in receipts and queries; names no citizen. */
  outId: string
  templateCode: string
  texts: readonly OutgoingText[]
}

/**
 * What to do about a refusal. `retry`: again after a backoff. `flow`: again after the named window.
 * `permanent`: never for this text. `block`: never again for this number. `configuration`: nothing
 * goes out until a person mends the account, the signature or the template.
 */
export type RefusalClass = 'retry' | 'flow' | 'permanent' | 'block' | 'configuration'

export interface Refusal {
  class: RefusalClass
  /** The provider's code, such as `isv.BUSINESS_LIMIT_CONTROL`. */
  code: string
  /** For `flow`: which window is full. */
  window?: 'second' | 'minute' | 'hour' | 'day' | 'month'
  /** For `flow` and `configuration`: what the refusal stops. */
  scope: 'text' | 'number' | 'template' | 'signature' | 'account'
  /** In words for the administrator, from our own table: never the provider's text, which may echo numbers. */
  meaning: string
}

/**
 * What became of a batch. Never inferred from throw or no throw: `accepted` needs the provider's own
 * word, and everything that is neither a clear yes nor a clear no is `unknown` (law 4).
 */
export type SendResult =
  | { outcome: 'accepted'; bizId: string; requestId: string }
  | { outcome: 'rejected'; refusal: Refusal }
  | {
      outcome: 'unknown'
      cause: 'timeout' | 'connection' | 'server_error' | 'unreadable'
      code?: string
    }

/** One message as the provider's query knows it. */
export interface SendDetail {
  outId: string | null
  templateCode: string | null
  status: 'waiting' | 'failed' | 'delivered'
  errorCode: string | null
  /** `yyyy-MM-dd HH:mm:ss` in UTC+8, as the provider writes it. */
  sentAtLocal: string | null
  receivedAtLocal: string | null
}

export type QueryResult =
  | { outcome: 'found'; details: SendDetail[] }
  | { outcome: 'failed'; code: string }

/** The port to an SMS provider. No code path knows whether the provider behind it is real. */
export interface SmsGateway {
  /** Loads what calls need, so that none waits for it once its intent is committed. Resolves always. */
  ready(): Promise<void>
  /** Resolves always, within the deadline of the settings; never rejects. */
  send(batch: Batch): Promise<SendResult>
  /** All pages for one number and one day (`yyyyMMdd`, UTC+8). Resolves always. */
  query(phone: string, day: string): Promise<QueryResult>
}
