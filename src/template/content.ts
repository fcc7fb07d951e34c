import { z } from 'zod'
import { ratings } from '../foundation/rating.ts'
import { businesses } from '../policy/policy.ts'
import { templatePurposes, templateTypes } from './template.ts'

// What people and files may give of a text.

export const key = z
  .string()
  .trim()
  .regex(/^[\p{L}\d-]{1,40}$/u, '只用文字、数字和连字符，最多 40 个')

export const slot = {
  purpose: z.enum(templatePurposes),
  /** Null: for every business that has no text of its own. */
  business: z.enum(businesses).nullable(),
}

export const text = {
  type: z.enum(templateTypes),
  /** Without its 【】. */
  signature: z.string().trim().min(1).max(20),
  body: z.string().min(1).max(1_000),
  /** What the option figures mean; null where nothing is asked. */
  scale: z.record(z.string().regex(/^\d$/), z.enum(ratings)).nullable(),
}

export const content = {
  ...text,
  remark: z.string().trim().max(500).default(''),
  fallbackId: z.uuid().nullable().default(null),
}

const asks = new Set(['ask', 'reminder'])
/** Who asks says what the figures mean; who does not ask has none. */
export const scaleFits = ({ purpose, scale }: { purpose: string; scale: unknown }) =>
  asks.has(purpose) === (scale !== null)
export const misfit = { path: ['scale'], message: '询问类短信须有选项，其他短信不能有选项' }

/** Versions that share the traffic of a slot. */
export const shares = z
  .array(z.object({ id: z.uuid(), weight: z.number().int().min(1).max(1_000) }))
  .min(1)
  .max(10)
  .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, {
    message: '同一版本只能列一次',
  })
