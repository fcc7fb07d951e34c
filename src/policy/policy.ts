import { z } from 'zod'
import { businesses } from './businesses.ts'

export { businesses, type Business } from './businesses.ts'

const clockTime = z.string().regex(/^([01]\d|2[0-4]):[0-5]\d$/, '须写成 HH:mm')
const window = z.object({ from: clockTime, to: clockTime, blockedDays: z.array(z.iso.date()) })
const perBusiness = <T extends z.ZodType>(schema: T) => z.record(z.enum(businesses), schema)
const seconds = z.number().min(0)

/** How long things are kept. Floors stand in the database too, where only its owner can change them. */
const retention = z.object({
  /** What names a citizen is erased so long after it came in, once nobody works on the case (PIPL art. 19, 47). */
  citizenDataDays: z.number().int().min(1).default(180),
  /** Pushes as they came. */
  rawPushMonths: z.number().int().min(1).default(3),
  /** Transactions, surveys, texts, replies, callbacks: without names they are what ratings are counted from. */
  caseMonths: z.number().int().min(13).default(36),
  outcomeMonths: z.number().int().min(25).default(120),
  /** The law asks for six months of logs (网络安全法 art. 23). */
  auditMonths: z.number().int().min(6).default(36),
})

/** `half_day` waits for another half-day; a number is seconds. */
const callAgain = z.union([z.literal('half_day'), seconds])

/** The State Council's arrangement of a year, where the program does not know it yet or it was changed. */
const calendar = z.object({
  /** Days off on weekdays; a year counts as known once its 1 October is here. */
  holidays: z.array(z.iso.date()).default([]),
  /** Weekend days that are worked for them (调休). */
  workdays: z.array(z.iso.date()).default([]),
})

const drawn = z.number().int().min(0).max(100).default(0)

/** How many cases of each unit are called each day though nobody complained; 0 draws none. */
const draw = z.object({
  satisfiedPerUnitPerDay: drawn,
  noReplyPerUnitPerDay: drawn,
  landlinePerUnitPerDay: drawn,
  undeliveredPerUnitPerDay: drawn,
})

/** How texts are handed in for the provider's review. */
const templateReview = z.object({
  /** From one look at a text under review to the next; the provider takes about two hours. */
  reviewLookSeconds: seconds.default(300),
  /** From one look at a text in use to the next: no push tells that one was withdrawn. */
  inUseLookSeconds: seconds.default(6 * 3600),
  /** Between two new texts (CreateSmsTemplate wants 30). */
  applyApartSeconds: seconds.default(30),
  /** New texts a day (CreateSmsTemplate takes 100 of an account). */
  appliesPerDay: z.number().int().min(1).max(100).default(100),
})

const shownNumber = z.string().regex(/^[0-9+]{3,20}$/, '须为 3 至 20 位数字')

const perBusinessOff = Object.fromEntries(
  businesses.map((business) => [business, 'off']),
) as Record<(typeof businesses)[number], 'off'>

/** Calls through an exchange; without one nothing of this counts. */
const telephony = z.object({
  /** How long the agent's own phone rings. */
  agentRingSeconds: z.number().int().min(1).max(120).default(20),
  /** How long the citizen's phone rings; carriers end it after some 60 seconds themselves. */
  citizenRingSeconds: z.number().int().min(1).max(120).default(45),
  /** Calls under way at once: what the trunk can carry. */
  callsAtMost: z.number().int().min(1).max(1_000).default(30),
  /** The number that citizens see; null: as the trunk has it. */
  callerId: shownNumber.nullable().default(null),
  /** The same for single units and all below them, by their codes; the nearest one counts. */
  callerIdOfUnits: z.record(z.string(), shownNumber).default({}),
  /** `on` records after the notice was played; `ask` once the agent has asked and the citizen agreed. */
  recording: perBusiness(z.enum(['off', 'on', 'ask'])).default(perBusinessOff),
  /** What is played to both before a recording: a media URI of the exchange. */
  noticeMedia: z
    .string()
    .regex(/^(?:sound|recording|tone):[\w/:;,.+-]{1,100}$/, '须写成 sound:文件名')
    .nullable()
    .default(null),
  /** How long recordings are kept. */
  recordingDays: z.number().int().min(1).max(3_650).default(180),
})

/** The rungs that an urgent reply climbs while nobody takes it. The desk rings at once. */
const ladder = z.object({
  /** From the reply to the webhook. */
  webhookAfterSeconds: seconds.default(30),
  /** From the reply to the first text to the phones on duty. */
  textAfterSeconds: seconds.default(120),
  /** From one such text to the next. */
  textAgainSeconds: seconds.default(300),
  /** Texts about one reply to one phone; 0 sends none. */
  textsAtMost: z.number().int().min(0).max(10).default(3),
})

/**
 * Everything that administrators tune. Durations carry their unit in their name; the demo is quick by
 * short settings, never by a faster clock (law 11).
 */
export const policySchema = z.object({
  survey: z.object({
    enabled: perBusiness(z.boolean()),
    /** From completion to the text. */
    delaySeconds: perBusiness(seconds),
    sendingWindow: window,
    /** How long a reply is in time. */
    replyWindowSeconds: seconds,
    /** How long after that a reply still revives the survey; until then the number is not asked again. */
    lateWindowSeconds: seconds,
    /** Transactions completed longer ago than this are not asked about. */
    tooOldHours: z.number().positive(),
    /** A number is asked at most once in so many days, whatever its priority; 0: as the windows have it. */
    contactFloorDays: z.number().int().min(0).max(365).default(0),
    /** From the text to the one reminder of who said nothing; 0 sends none. */
    remindAfterSeconds: seconds.default(0),
    /** Share of transactions asked about, 0 to 1. */
    samplingShare: perBusiness(z.number().min(0).max(1)),
    /** The same for single units and all below them, by their codes; the nearest one counts. */
    samplingShareOfUnits: z.record(z.string(), z.number().min(0).max(1)).default({}),
    priority: perBusiness(z.number().int().min(0).max(9)),
    /** A number with this many transactions within `sharedWithinDays` belongs to an agent or an office, not to a citizen. */
    sharedNumberAt: z.number().int().min(2),
    sharedWithinDays: z.number().int().positive(),
    /** Flags of a transaction that keep it from being texted. */
    excludedFlags: z.array(z.string()),
    thankSatisfied: z.boolean(),
    announceCallback: z.boolean(),
  }),
  sms: z.object({
    /** How long `submitting` may last before the row counts as left behind by a crash. */
    submittingStuckSeconds: seconds,
    /** First look after an unknown outcome: a receipt usually settles it before. */
    unknownFirstLookSeconds: seconds,
    /** Two empty answers this far apart show that the provider does not have it; at least 30 minutes outside the sandbox (law 4). */
    unknownEmptyApartSeconds: seconds,
    resendWhenShownNotToHaveIt: z.boolean(),
    /** When a receipt has not come by then, the provider is asked. */
    receiptMissingSeconds: seconds,
    /** Texts that the account hands to the provider per second, over all workers. */
    textsPerSecond: z.number().int().min(1).max(100_000).default(1_000),
    /** Numbers that the provider is asked about per second, over all workers. */
    queriesPerSecond: z.number().int().min(1).max(5_000).default(20),
    /** What a segment costs; the contract says. */
    fenPerSegment: z.number().positive().max(100).default(4.5),
    /** What texts to citizens may cost a day; null: no limit. The rest waits until midnight. */
    yuanPerDayAtMost: z.number().positive().nullable().default(null),
    retryBackoffSeconds: seconds,
    retryLimit: z.number().int().min(0),
  }),
  reply: z.object({
    /** Below it a person decides. */
    confidenceFloor: z.number().min(0).max(1),
    triageDueHours: z.number().positive(),
    /** Another text to the same number within this time makes an unclear reply ambiguous. */
    otherTextWithinHours: z.number().min(0),
    /** A long reply comes in parts: how long after a text that fills its segment the next part may have been sent. */
    partsWithinSeconds: seconds.default(180),
  }),
  callback: z.object({
    dueHours: z.number().positive(),
    /** `working` counts office hours of working days only. */
    dueHoursKind: z.enum(['clock', 'working']),
    officeHours: z.object({ from: clockTime, to: clockTime }),
    callingWindow: window,
    attemptLimit: z.number().int().min(1),
    leaseSeconds: seconds,
    busyRetrySeconds: seconds,
    noAnswerRetry: callAgain,
    /** The phone was off or out of reach; null: as after no answer. */
    offRetry: callAgain.nullable().default(null),
    /** The citizen hung up before anything was said; null: as after no answer. */
    hungUpRetry: callAgain.nullable().default(null),
    /** For so long a recorded result may be undone; outcome and texts to the citizen wait until then. */
    undoSeconds: seconds.default(60),
    /** From then on before its deadline a callback counts as soon overdue. */
    soonMinutes: z.number().int().min(1).default(120),
    /** Whether supervisors may export numbers unmasked; each export is on record. */
    exportWholeNumbers: z.boolean().default(false),
    draw: draw.prefault({}),
  }),
  calendar: calendar.prefault({}),
  access: z
    .object({
      /** A session in which nothing is done for so long ends. */
      sessionIdleMinutes: z.number().int().min(1).max(1_440),
      /** However busy it is, a session ends after this time. */
      sessionHours: z.number().positive().max(168),
    })
    .default({ sessionIdleMinutes: 30, sessionHours: 12 }),
  telephony: telephony.prefault({}),
  alarm: ladder.prefault({}),
  template: templateReview.prefault({}),
  retention: retention.prefault({}),
})
export type Policy = z.output<typeof policySchema>
