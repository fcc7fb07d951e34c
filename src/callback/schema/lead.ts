import { z } from 'zod'
import { callResults } from '../../telephony/results.ts'
import { callStates } from '../../telephony/rules.ts'
import { attemptResults, callbackOrigins, callbackStates, findings } from '../rules.ts'
import { count, instant, rating, text } from './parts.ts'

// The desk as a whole, for those who lead it.

export const shiftNote = z.object({
  id: z.string(),
  by: z.string(),
  at: instant,
  text: z.string(),
})
export type ShiftNote = z.output<typeof shiftNote>

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
export type Overview = z.output<typeof overview>

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

export type SearchBody = z.output<typeof searchBody>

export const exportBody = z.object({
  ...period,
  from: z.iso.date(),
  to: z.iso.date(),
  wholeNumbers: z.boolean().default(false),
})
export type ExportBody = z.output<typeof exportBody>

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
export type FoundCase = z.output<typeof foundCase>

/** Calls through the exchange, for those who lead the desk. */
export const callsOverview = z.object({
  open: z.array(
    z.object({
      id: z.string(),
      callbackId: z.string(),
      state: z.enum(callStates),
      unitCode: z.string(),
      staffName: z.string(),
      extension: z.string(),
      requestedAt: instant,
      citizenAnsweredAt: instant.nullable(),
    }),
  ),
  hours: z.array(
    z.object({ hour: z.number().int(), result: z.enum(callResults), count: z.number().int() }),
  ),
})
export type CallsOverview = z.output<typeof callsOverview>
