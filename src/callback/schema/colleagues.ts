import { z } from 'zod'
import { findings } from '../rules.ts'
import { instant, rating, text } from './parts.ts'

// What people of the desk ask of each other: hand over, ask, review.

export const handOverBody = z.object({ to: z.uuid(), text: text(500).default('') })

export const questionBody = z.object({ text: text(500).min(1, '请写明要请示的问题') })

export const answerBody = z.object({ text: text(500).min(1, '请写明答复') })

export const colleague = z.object({
  id: z.string(),
  name: z.string(),
  role: z.string(),
  working: z.number().int(),
})
export type Colleague = z.output<typeof colleague>

export const waitingReview = z.object({
  id: z.string(),
  business: z.string(),
  item: z.string().nullable(),
  unitName: z.string(),
  rating: rating.nullable(),
  proposedRating: rating.nullable(),
  /** Null where no complaint stood and only the rating is raised. */
  proposedFinding: z.enum(findings).nullable(),
  proposedBy: z.string(),
  proposedAt: instant,
  note: z.string().nullable(),
  replies: z.array(z.string()),
})
export type WaitingReview = z.output<typeof waitingReview>

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
export type OpenQuestion = z.output<typeof openQuestion>
