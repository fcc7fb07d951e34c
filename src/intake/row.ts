import { z } from 'zod'
import { parseZonedIso } from '../foundation/clock.ts'
import { businesses } from '../policy/policy.ts'

// PostgreSQL cannot store U+0000 in text.
const text = (max: number) =>
  z
    .string({ error: '必须是文字' })
    .trim()
    .min(1, '不能为空')
    .max(max, `不能超过 ${max} 个字符`)
    .refine((value) => !value.includes('\0'), '含有不可用字符')

const plausibleYears = { from: 2000, to: 2100 }

function isPlausibleTime(value: string): boolean {
  const year = parseZonedIso(value)?.getUTCFullYear()
  return year !== undefined && year >= plausibleYears.from && year <= plausibleYears.to
}

/** A transaction as source systems push it. Unknown flags and units are accepted here: they are left out with a reason. */
export const transactionRowSchema = z.object(
  {
    externalId: text(128).describe(
      'The source’s own number of the transaction; the key together with the source',
    ),
    kind: z
      .enum(['completed', 'amended', 'cancelled'], {
        error: '必须是 completed、amended、cancelled 之一',
      })
      .default('completed'),
    business: z.enum(businesses, { error: `必须是 ${businesses.join('、')} 之一` }),
    category: text(64).optional().describe('Kind of incident; a 110 row without it is not texted'),
    unitCode: text(32),
    officerCodes: z.array(text(32), { error: '必须是数组' }).max(20, '不能超过 20 个').default([]),
    citizen: z.object(
      {
        phone: z
          .string({ error: '必须是文字' })
          .max(64, '不能超过 64 个字符')
          .describe('Any common notation of a mainland number'),
        name: text(64).optional(),
      },
      { error: '必须是对象' },
    ),
    item: text(200).optional(),
    completedAt: z
      .string()
      .refine(isPlausibleTime, '必须是带时区的 ISO 8601 时间')
      .describe('ISO 8601 with a zone'),
    flags: z.array(text(64), { error: '必须是数组' }).max(20, '不能超过 20 个').default([]),
  },
  { error: '必须是对象' },
)
export type TransactionRow = z.output<typeof transactionRowSchema>

export type RowVerdict =
  | {
      externalId: string
      verdict: 'accepted'
      transactionId: string
      surveyed: true
      sendAt: string
    }
  | {
      externalId: string
      verdict: 'accepted'
      transactionId: string
      surveyed: false
      reason: string
    }
  | { externalId: string; verdict: 'duplicate'; transactionId: string }
  | {
      externalId: string
      verdict: 'amended' | 'withdrawn'
      transactionId: string
      /** False: the text had gone out already; the change is recorded only. */
      applied: boolean
    }
  | { externalId: string | null; verdict: 'rejected'; field: string; reason: string }

export type ParsedRow =
  | { ok: true; row: TransactionRow }
  | { ok: false; verdict: Extract<RowVerdict, { verdict: 'rejected' }> }

/** Reads one row; a fault names the field and the reason, and nothing of the citizen. */
export function parseRow(input: unknown): ParsedRow {
  const parsed = transactionRowSchema.safeParse(input)
  if (parsed.success) return { ok: true, row: parsed.data }
  const issue = parsed.error.issues[0]!
  const externalId = (input as { externalId?: unknown } | null)?.externalId
  return {
    ok: false,
    verdict: {
      externalId: typeof externalId === 'string' ? externalId.slice(0, 128) : null,
      verdict: 'rejected',
      field: issue.path.join('.') || '(row)',
      reason: issue.message,
    },
  }
}
