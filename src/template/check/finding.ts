import type { OptionScale } from '../../foundation/rating.ts'
import type { TemplatePurpose, TemplateType } from '../template.ts'

/** A text as an administrator writes it. */
export interface TemplateDraft {
  purpose: TemplatePurpose
  type: TemplateType
  /** Without its 【】. */
  signature: string
  body: string
  /** What the option figures mean; null where nothing is asked. */
  scale: OptionScale | null
}

/** `refuse`: the provider would refuse it, or replies could not be read. `warn`: reviewers may. `hint`: it could be better. */
export type Severity = 'refuse' | 'warn' | 'hint'

export interface Finding {
  /** Its stable name. */
  rule: string
  severity: Severity
  field: 'body' | 'signature' | 'scale'
  /** Offsets in UTF-16 units into the field: `[start, end)`. */
  start: number
  end: number
  says: string
  /** What to do. */
  mend: string
  /** The provider's page, or the house's own rule. */
  source: string
  /** What to put in its place, where that alone mends it. */
  replacement?: string
}

/** The provider's pages from which the rules are. */
export const pages = {
  notice: 'help.aliyun.com/document_detail/463270.htm',
  content: 'help.aliyun.com/document_detail/44357.html',
  length: 'help.aliyun.com/document_detail/44335.htm',
  variables: 'help.aliyun.com/document_detail/2806243.html',
  house: '本系统',
} as const

/** Every match of a pattern in the body, as a finding. */
export function everyMatch(
  body: string,
  pattern: RegExp,
  what: Omit<Finding, 'field' | 'start' | 'end' | 'says'> & { says: (match: string) => string },
): Finding[] {
  const { says, ...rest } = what
  return [...body.matchAll(pattern)].map((match) => ({
    ...rest,
    field: 'body' as const,
    start: match.index,
    end: match.index + match[0].length,
    says: says(match[0]),
  }))
}
