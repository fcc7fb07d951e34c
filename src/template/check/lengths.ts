import { countSegments, maxTextLength, type SegmentCount } from '../segments.ts'
import { pages, type Finding, type TemplateDraft } from './finding.ts'
import { variablesOf } from './variables.ts'

/** How long a text is with the longest values that it may be sent with. */
export function longestText({ body, signature, purpose }: TemplateDraft): SegmentCount {
  const known = variablesOf(purpose)
  const filled = body.replace(/\$\{(\w+)\}/g, (_, name: string) =>
    '字'.repeat(known[name]?.longest ?? 0),
  )
  return countSegments(signature, filled)
}

/** Whether it can be sent at all, and whether a few characters less would save a segment. */
export function checkLength(draft: TemplateDraft): Finding[] {
  const { length, segments, tooLong } = longestText(draft)
  const at = { field: 'body', start: 0, end: draft.body.length, source: pages.length } as const
  if (tooLong) {
    return [
      {
        rule: 'length.rendered',
        severity: 'refuse',
        ...at,
        says: `加上签名和最长的变量共${length}字，最多${maxTextLength}字`,
        mend: `删去至少${length - maxTextLength}字`,
      },
    ]
  }
  const fewer = length - (segments === 2 ? 70 : (segments - 1) * 67)
  if (segments === 1 || fewer > fewAtMost) return []
  return [
    {
      rule: 'length.nearly_shorter',
      severity: 'hint',
      ...at,
      says: `最长${length}字，按${segments}条计费`,
      mend: `少${fewer}字就只按${segments - 1}条计费`,
    },
  ]
}

const fewAtMost = 8
