import { z } from 'zod'
import { parseZonedIso } from '../../foundation/clock.ts'
import { ratings } from '../../foundation/rating.ts'

// What the answers and requests of the desk have in common.

export const instant = z.date()

export const text = (max: number) => z.string().trim().max(max)

export const zonedInstant = z
  .string()
  .refine((value) => parseZonedIso(value) !== null, '必须是带时区的 ISO 8601 时间')
  .transform((value) => parseZonedIso(value)!)

export const rating = z.enum(ratings)

export const count = z.number().int()
