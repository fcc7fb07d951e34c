import { z } from 'zod'
import { replyReasons } from '../../reply/verdict.ts'
import { attemptResults, callbackOrigins, callbackStates, findings } from '../rules.ts'
import { instant, rating } from './parts.ts'

// A case as the desk shows it, and what is typed about it.

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
export type DraftContent = z.output<typeof draftContent>

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
export type Draft = z.output<typeof draft>

const pastAttempt = z.object({
  id: z.string(),
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
export type ScriptStep = z.output<typeof scriptStep>

export const caseView = z.object({
  callback: z.object({
    id: z.string(),
    caseId: z.string(),
    origin: z.enum(callbackOrigins),
    state: z.enum(callbackStates),
    openedAt: instant,
    dueAt: instant,
    dueProvisional: z.boolean(),
    notBefore: instant,
    attempts: z.number().int(),
    attemptLimit: z.number().int(),
    holder: z.object({ id: z.string(), name: z.string() }).nullable(),
    leaseUntil: instant.nullable(),
    closeReason: z.string().nullable(),
    finding: z.enum(findings).nullable(),
    laterRating: rating.nullable(),
    /** Whether a call that reached the citizen must find that something holds or not. */
    complaintStands: z.boolean(),
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
  citizen: z.object({
    name: z.string().nullable(),
    phone: z.string().nullable(),
    otherNumber: z.boolean().describe('The number is not the one that came with the case'),
  }),
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
export type CaseView = z.output<typeof caseView>
