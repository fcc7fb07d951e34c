import { z } from 'zod'
import { attemptResults, callbackOrigins, callbackStates } from '../rules.ts'
import { instant, rating } from './parts.ts'

// The queue as a desk asks for it and sees it. The console takes its types from here.

/** Which part of the queue one looks at. */
export const queueScopes = ['due', 'later', 'claimed', 'overdue', 'soon', 'mine'] as const
export type QueueScope = (typeof queueScopes)[number]

export const queueQuery = z.object({
  scope: z.enum(queueScopes).default('due'),
  origin: z.enum(callbackOrigins).optional(),
  business: z.string().max(20).optional(),
  /** With the units below it. */
  unitCode: z.string().max(32).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  offset: z.coerce.number().int().min(0).max(10_000).default(0),
})
export type QueueQuery = z.output<typeof queueQuery>

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
  /** The deadline runs through a year whose holidays are not known; it may move. */
  dueProvisional: z.boolean(),
  notBefore: instant,
  attempts: z.number().int(),
  lastResult: z.enum(attemptResults).nullable(),
  holder: z.object({ id: z.string(), name: z.string() }).nullable(),
  leaseUntil: instant.nullable(),
  /** A recorded result that may still be undone. */
  settleAt: instant.nullable(),
})
export type QueueRow = z.output<typeof queueRow>

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
export type DeskCounts = z.output<typeof deskCounts>
