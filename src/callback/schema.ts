import { z } from 'zod'
import { ratings } from '../foundation/rating.ts'
import { parseZonedIso } from '../foundation/clock.ts'
import { replyReasons } from '../reply/verdict.ts'
import { attemptResults, callbackOrigins, callbackStates, findings } from './rules.ts'

// What the desk and its server say to each other. The console takes its types from here.

const instant = z.date()
const text = (max: number) => z.string().trim().max(max)
const zonedInstant = z
  .string()
  .refine((value) => parseZonedIso(value) !== null, '必须是带时区的 ISO 8601 时间')
  .transform((value) => parseZonedIso(value)!)

/** Which part of the queue one looks at. */
export const queueScopes = ['due', 'later', 'claimed', 'overdue', 'soon', 'mine'] as const

export const queueQuery = z.object({
  scope: z.enum(queueScopes).default('due'),
  origin: z.enum(callbackOrigins).optional(),
  business: z.string().max(20).optional(),
  unitCode: z.string().max(32).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  offset: z.coerce.number().int().min(0).max(10_000).default(0),
})

const rating = z.enum(ratings)

export const queueRow = z.object({
  id: z.string(),
  origin: z.enum(callbackOrigins),
  state: z.enum(callbackStates),
  unitCode: z.string(),
  unitName: z.string(),
  business: z.string(),
  item: z.string().nullable(),
  rating: rating.nullable(),
  openedAt: instant,
  dueAt: instant,
  notBefore: instant,
  attempts: z.number().int(),
  lastResult: z.enum(attemptResults).nullable(),
  holder: z.object({ id: z.string(), name: z.string() }).nullable(),
  leaseUntil: instant.nullable(),
  /** A recorded result that may still be undone. */
  settleAt: instant.nullable(),
})

export const queueAnswer = z.object({ rows: z.array(queueRow), total: z.number().int() })

/** Live figures of the desk, as one person may see them. */
export const deskCounts = z.object({
  due: z.number().int(),
  later: z.number().int(),
  claimed: z.number().int(),
  overdue: z.number().int(),
  soon: z.number().int(),
  mine: z.number().int(),
  triage: z.number().int(),
  ringing: z.number().int(),
  reviews: z.number().int(),
  questions: z.number().int(),
})

const evidence = z.object({
  rule: z.string(),
  says: z.string(),
  start: z.number().int(),
  end: z.number().int(),
})

const reply = z.object({
  id: z.string(),
  receivedAt: instant,
  text: z.string(),
  kind: z.string(),
  rating: rating.nullable(),
  reasons: z.array(z.string()),
  urgent: z.boolean(),
  conflict: z.boolean(),
  confidence: z.number(),
  late: z.boolean(),
  evidence: z.array(evidence),
})

const draftContent = z.object({
  result: z.enum(attemptResults).nullable().default(null),
  rating: rating.nullable().default(null),
  finding: z.enum(findings).nullable().default(null),
  reasons: z.array(z.enum(replyReasons)).default([]),
  wish: z.string().max(2_000).default(''),
  note: z.string().max(4_000).default(''),
  /** As typed: a draft may hold what is not yet right. */
  callAgainAt: z.string().max(40).nullable().default(null),
})

export const draftBody = z.object({
  /** The revision on which this one builds; 0 for the first. */
  revision: z.number().int().min(0),
  content: draftContent,
})
export const draft = z.object({
  revision: z.number().int(),
  savedAt: instant,
  content: draftContent,
})

const pastAttempt = z.object({
  ordinal: z.number().int(),
  result: z.enum(attemptResults),
  at: instant,
  by: z.string(),
  rating: rating.nullable(),
  finding: z.enum(findings).nullable(),
  reasons: z.array(z.string()),
  wish: z.string().nullable(),
  note: z.string().nullable(),
})

const deskNote = z.object({
  id: z.string(),
  kind: z.enum(['question', 'answer', 'handover']),
  by: z.string(),
  at: instant,
  text: z.string(),
})

export const scriptStep = z.object({
  title: z.string(),
  /** What the agent says. */
  say: z.array(z.string()),
  /** What the agent minds, and does not say. */
  mind: z.array(z.string()),
})

export const caseView = z.object({
  callback: z.object({
    id: z.string(),
    caseId: z.string(),
    origin: z.enum(callbackOrigins),
    state: z.enum(callbackStates),
    openedAt: instant,
    dueAt: instant,
    notBefore: instant,
    attempts: z.number().int(),
    attemptLimit: z.number().int(),
    holder: z.object({ id: z.string(), name: z.string() }).nullable(),
    leaseUntil: instant.nullable(),
    closeReason: z.string().nullable(),
    finding: z.enum(findings).nullable(),
    laterRating: rating.nullable(),
  }),
  transaction: z.object({
    externalId: z.string(),
    business: z.string(),
    category: z.string().nullable(),
    item: z.string().nullable(),
    completedAt: instant,
    unitCode: z.string(),
    unitName: z.string(),
    headName: z.string().nullable(),
    officers: z.array(z.object({ code: z.string(), name: z.string().nullable() })),
  }),
  citizen: z.object({ name: z.string().nullable(), phone: z.string().nullable() }),
  rating: rating.nullable(),
  sentText: z.string().nullable(),
  sentAt: instant.nullable(),
  delivered: z.boolean().nullable(),
  replies: z.array(reply),
  attempts: z.array(pastAttempt),
  earlier: z.array(
    z.object({
      externalId: z.string(),
      business: z.string(),
      item: z.string().nullable(),
      unitName: z.string(),
      completedAt: instant,
      result: z.string().nullable(),
      callbackState: z.enum(callbackStates).nullable(),
    }),
  ),
  script: z.array(scriptStep),
  notes: z.array(deskNote),
  draft: draft.nullable(),
  /** The result that may still be undone, and until when. */
  unsettled: z.object({ result: z.enum(attemptResults), settleAt: instant }).nullable(),
  /** When the next try would be, by the policy, for each result that leads to one. */
  retryAt: z.partialRecord(z.enum(attemptResults), instant),
  lastPossibleRetryAt: instant,
})

export const attemptBody = z
  .object({
    result: z.enum(attemptResults),
    rating: rating.nullable().default(null),
    finding: z.enum(findings).nullable().default(null),
    reasons: z.array(z.enum(replyReasons)).default([]),
    wish: text(2_000).nullable().default(null),
    note: text(4_000).nullable().default(null),
    /** When to call again; the policy's time when it is not given. */
    callAgainAt: zonedInstant.nullable().default(null),
  })
  .refine(({ result, callAgainAt }) => result !== 'call_later' || callAgainAt !== null, {
    path: ['callAgainAt'],
    message: '群众要求另约时间时必须填写',
  })
  .refine(({ result, finding }) => result !== 'reached' || finding !== null, {
    path: ['finding'],
    message: '接通后必须填写核实结论',
  })

export const attemptAnswer = z.object({
  state: z.enum(callbackStates),
  notBefore: instant.nullable(),
  awaitsReview: z.boolean(),
  /** Until when it may be undone; null when it has taken effect at once. */
  settleAt: instant.nullable(),
})

export const handOverBody = z.object({ to: z.uuid(), text: text(500).default('') })
export const questionBody = z.object({ text: text(500).min(1, '请写明要请示的问题') })
export const answerBody = z.object({ text: text(500).min(1, '请写明答复') })

export const colleague = z.object({
  id: z.string(),
  name: z.string(),
  role: z.string(),
  working: z.number().int(),
})

export const waitingReview = z.object({
  id: z.string(),
  business: z.string(),
  item: z.string().nullable(),
  unitName: z.string(),
  rating: rating.nullable(),
  proposedRating: rating.nullable(),
  proposedFinding: z.enum(findings),
  proposedBy: z.string(),
  proposedAt: instant,
  note: z.string().nullable(),
  replies: z.array(z.string()),
})

export const openQuestion = z.object({
  id: z.string(),
  at: instant,
  by: z.string(),
  text: z.string(),
  unitName: z.string(),
  business: z.string(),
  item: z.string().nullable(),
  dueAt: instant,
})

const count = z.number().int()

export const shiftNote = z.object({
  id: z.string(),
  by: z.string(),
  at: instant,
  text: z.string(),
})
export const shiftNoteBody = z.object({ text: text(2_000).min(1, '请写明交接内容') })

export const overviewQuery = z.object({ day: z.iso.date() })
export const overview = z.object({
  day: z.string(),
  /** What stands open now, by how long ago it was opened. */
  ages: z.array(z.object({ label: z.string(), count, overdue: count, soon: count })),
  people: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      role: z.string(),
      working: count,
      nearestDueAt: instant.nullable(),
      attempts: count,
      reached: count,
      lastAt: instant.nullable(),
    }),
  ),
  /** Tries by hour of day: of the 30 days up to this one, and of this one. */
  hours: z.array(
    z.object({
      hour: count,
      attempts: count,
      reached: count,
      dayAttempts: count,
      dayReached: count,
    }),
  ),
  results: z.array(z.object({ result: z.enum(attemptResults), count })),
  opened: count,
  closed: z.object({
    total: count,
    inTime: count,
    resolved: count,
    unreachable: count,
    cancelled: count,
    upheld: count,
  }),
  /** Texts sent on this day, and what came of them until now. */
  surveys: z.object({
    sent: count,
    answered: count,
    rated: count,
    satisfied: count,
    basicallySatisfied: count,
    dissatisfied: count,
  }),
  notes: z.array(shiftNote),
})

const period = {
  unitCode: z.string().trim().min(1).max(32).optional(),
  from: z.iso.date().optional(),
  to: z.iso.date().optional(),
}
export const searchBody = z
  .object({
    phone: z.string().trim().min(1).max(40).optional(),
    externalId: z.string().trim().min(1).max(100).optional(),
    officerCode: z.string().trim().min(1).max(32).optional(),
    ...period,
    limit: z.number().int().min(1).max(200).default(100),
  })
  .refine(
    ({ phone, externalId, officerCode, unitCode, from }) =>
      Boolean(phone ?? externalId ?? officerCode ?? unitCode ?? from),
    { path: ['phone'], message: '请至少填写一个查找条件' },
  )
export const exportBody = z.object({
  ...period,
  from: z.iso.date(),
  to: z.iso.date(),
  wholeNumbers: z.boolean().default(false),
})
export const foundCase = z.object({
  id: z.string(),
  externalId: z.string(),
  business: z.string(),
  item: z.string().nullable(),
  unitCode: z.string(),
  unitName: z.string(),
  completedAt: instant,
  origin: z.enum(callbackOrigins),
  state: z.enum(callbackStates),
  rating: rating.nullable(),
  laterRating: rating.nullable(),
  finding: z.enum(findings).nullable(),
  openedAt: instant,
  dueAt: instant,
  closedAt: instant.nullable(),
  attempts: count,
  phone: z.string().nullable(),
})

export type ShiftNote = z.output<typeof shiftNote>
export type Overview = z.output<typeof overview>
export type SearchBody = z.output<typeof searchBody>
export type ExportBody = z.output<typeof exportBody>
export type FoundCase = z.output<typeof foundCase>
export type WaitingReview = z.output<typeof waitingReview>
export type OpenQuestion = z.output<typeof openQuestion>
export type QueueScope = (typeof queueScopes)[number]
export type QueueQuery = z.output<typeof queueQuery>
export type QueueRow = z.output<typeof queueRow>
export type DeskCounts = z.output<typeof deskCounts>
export type CaseView = z.output<typeof caseView>
export type DraftContent = z.output<typeof draftContent>
export type Draft = z.output<typeof draft>
export type ScriptStep = z.output<typeof scriptStep>
export type AttemptReport = z.output<typeof attemptBody>
export type AttemptAnswer = z.output<typeof attemptAnswer>
export type Colleague = z.output<typeof colleague>
