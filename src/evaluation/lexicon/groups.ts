import { z } from 'zod'
import { AppError } from '../../foundation/errors.ts'
import { ratings } from '../../foundation/rating.ts'
import { businesses } from '../../policy/policy.ts'
import type { Group, Idea } from '../../reply/lexicon/words.ts'
import { replyReasons } from '../../reply/verdict.ts'

const ideas = [
  'level',
  'praise',
  'complaint',
  'middling',
  'neutral',
  'mockery',
  'thanks',
  'wish',
  'contrast',
  'opt_out',
  'auto_reply',
  'urgent',
  'not_urgent',
  'wrong_person',
  'question',
  'rhetorical',
  'correction',
  'acknowledgement',
] as const satisfies readonly Idea[]

const mostPatterns = 2_000
const longestPattern = 200

/** Words that administrators add to the reader's own, in the notation of `src/reply/pattern.ts`, each with why. */
export const groupsSchema = z
  .array(
    z.strictObject({
      idea: z.enum(ideas),
      note: z.string().trim().min(1, '必须说明出处或理由').max(500),
      patterns: z.string().trim().min(1),
      reason: z.enum(replyReasons).optional(),
      alsoReason: z.enum(replyReasons).optional(),
      faint: z.boolean().optional(),
      rating: z.enum(ratings).optional(),
      weight: z.number().int().min(1).max(3).optional(),
      scope: z.boolean().optional(),
      business: z.enum(businesses).optional(),
    }),
  )
  .max(500)
  .superRefine((groups, context) => {
    let count = 0
    for (const [index, { patterns }] of groups.entries()) {
      const all = patterns.split(/\s+/)
      count += all.length
      const long = all.find((pattern) => pattern.length > longestPattern)
      if (long !== undefined) {
        const message = `单个词最长 ${longestPattern} 个字符`
        context.addIssue({ code: 'custom', path: [index, 'patterns'], message })
      }
    }
    if (count > mostPatterns) {
      context.addIssue({ code: 'custom', path: [], message: `最多 ${mostPatterns} 个词` })
    }
  })

/** Reads an administrator's words; a fault names the group and the field. */
export function parseGroups(value: unknown): Group[] {
  const parsed = groupsSchema.safeParse(value)
  // Absent and undefined are the same to the reader.
  if (parsed.success) return parsed.data as Group[]
  const issue = parsed.error.issues[0]!
  const field = ['groups', ...issue.path].join('.')
  throw new AppError('request.invalid', { field, reason: issue.message })
}
