import { z } from 'zod'
import { replyReasons } from '../../reply/verdict.ts'
import { attemptResults, callbackStates, findings } from '../rules.ts'
import { instant, rating, text, zonedInstant } from './parts.ts'

// What is recorded of a call, and what follows from it.

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
export type AttemptReport = z.output<typeof attemptBody>

export const attemptAnswer = z.object({
  state: z.enum(callbackStates),
  notBefore: instant.nullable(),
  awaitsReview: z.boolean(),
  /** Until when it may be undone; null when it has taken effect at once. */
  settleAt: instant.nullable(),
})
export type AttemptAnswer = z.output<typeof attemptAnswer>
