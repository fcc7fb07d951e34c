import { businesses, policySchema, type Business, type Policy } from './policy.ts'

const all = <T>(value: T) =>
  Object.fromEntries(businesses.map((business) => [business, value])) as Record<Business, T>

/** The settings in force until an administrator activates others. Sources: domain notes of the field (§2, §4, §7). */
export const defaultPolicy: Policy = policySchema.parse({
  survey: {
    enabled: all(true),
    delaySeconds: { ...all(30 * 60), '110': 2 * 3600 },
    sendingWindow: { from: '08:30', to: '20:00', blockedDays: [] },
    replyWindowSeconds: 72 * 3600,
    lateWindowSeconds: 7 * 24 * 3600,
    tooOldHours: 7 * 24,
    samplingShare: all(1),
    priority: { ...all(1), '110': 5 },
    sharedNumberAt: 10,
    sharedWithinDays: 30,
    excludedFlags: [
      'minor',
      'domestic_violence',
      'sexual_violence',
      'suicide',
      'secrecy',
      'detainee',
      'informant',
      'hoax',
      'duplicate',
    ],
    thankSatisfied: false,
    announceCallback: true,
  },
  sms: {
    submittingStuckSeconds: 120,
    unknownFirstLookSeconds: 300,
    unknownEmptyApartSeconds: 30 * 60,
    resendWhenShownNotToHaveIt: false,
    receiptMissingSeconds: 24 * 3600,
    textsPerSecond: 1_000,
    queriesPerSecond: 20,
    retryBackoffSeconds: 60,
    retryLimit: 5,
  },
  reply: {
    confidenceFloor: 0.6,
    triageDueHours: 24,
    otherTextWithinHours: 72,
    partsWithinSeconds: 180,
  },
  callback: {
    dueHours: 24,
    dueHoursKind: 'clock',
    officeHours: { from: '09:00', to: '17:30' },
    callingWindow: { from: '09:00', to: '20:00', blockedDays: [] },
    attemptLimit: 3,
    leaseSeconds: 15 * 60,
    busyRetrySeconds: 10 * 60,
    noAnswerRetry: 'half_day',
    undoSeconds: 60,
    soonMinutes: 120,
    exportWholeNumbers: false,
  },
})
