import { defaultPolicy } from '../../policy/defaults.ts'
import { businesses, type Policy } from '../../policy/policy.ts'

const always = { from: '00:00', to: '24:00', blockedDays: [] }

/** The default policy with short settings, so that the loop runs in seconds at any hour. */
export const quickPolicy: Policy = {
  ...defaultPolicy,
  survey: {
    ...defaultPolicy.survey,
    delaySeconds: Object.fromEntries(
      businesses.map((business) => [business, 0]),
    ) as Policy['survey']['delaySeconds'],
    sendingWindow: always,
    replyWindowSeconds: 6,
    lateWindowSeconds: 600,
    thankSatisfied: true,
  },
  sms: {
    ...defaultPolicy.sms,
    submittingStuckSeconds: 10,
    unknownFirstLookSeconds: 3,
    unknownEmptyApartSeconds: 2,
    receiptMissingSeconds: 4,
    retryBackoffSeconds: 1,
  },
  // The texts that follow an answer come within seconds here, so a second text makes nothing unclear.
  reply: { ...defaultPolicy.reply, otherTextWithinHours: 0 },
  callback: {
    ...defaultPolicy.callback,
    callingWindow: always,
    leaseSeconds: 60,
    busyRetrySeconds: 1,
    noAnswerRetry: 1,
    undoSeconds: 0,
  },
  template: {
    ...defaultPolicy.template,
    reviewLookSeconds: 1,
    inUseLookSeconds: 60,
    applyApartSeconds: 1,
  },
}
