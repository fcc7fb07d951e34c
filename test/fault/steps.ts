/**
 * A step of the work at which a process can be killed, told by what it asks of the database or the
 * provider (regular expressions on the statement with its values): a statement that is a transaction by
 * itself, the commit of a transaction that holds such a statement, or one call of the provider's interface.
 */
export type Step = { statement: string } | { commit: string } | { call: string }
export type When = 'before' | 'during' | 'after'

/** A step as the preload of a process gets it. */
export interface Armed {
  step: Step
  when: When
  /** Which time the process comes by. */
  nth: number
  /** The file that proves that somebody died; made once. */
  token: string
}

export const steps = {
  /** Due rows are taken, and their ids not yet handed to the queue. */
  'relay.take': { statement: 'skip locked[^]*update message' },
  /** The intent: from here on the provider may have the text. */
  'dispatch.intend': { commit: 'update "message" set [^]*"out_id" =' },
  'dispatch.call': { call: 'SendBatchSms' },
  'dispatch.settle': { commit: 'update "message" set [^]*"biz_id" =' },
  'reconcile.ask': { call: 'QuerySendDetails' },
  'reconcile.settle': { commit: 'update "message" set "delivery" =' },
  'receipt.raw': { statement: 'insert into "inbound" [^]*sms_report' },
  'receipt.settle': { commit: 'update message m set\\s+delivery =' },
  'reply.raw': { statement: 'insert into "inbound" [^]*sms_up' },
  'reply.store': { commit: 'insert into "reply" ' },
  'reply.done': { statement: 'update "inbound" set [^]*understood' },
  'callback.open': { commit: 'insert into "callback" ' },
  'callback.claim': { statement: "update callback set state = 'claimed'" },
  'callback.attempt': { commit: 'insert into "attempt" ' },
  'callback.settle': { commit: 'update "attempt" set "settle_at" =' },
  'feed.number': { commit: 'insert into feed ' },
  'survey.conclude': { commit: 'update "survey" set [^]*expired' },
} as const satisfies Record<string, Step>

export type StepName = keyof typeof steps
