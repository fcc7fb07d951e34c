import type { SegmentCount } from '../segments.ts'
import { checkCharacters } from './characters.ts'
import type { Finding, Severity, TemplateDraft } from './finding.ts'
import { checkFigures } from './figures.ts'
import { checkLength, longestText } from './lengths.ts'
import { checkMatter } from './matter.ts'
import { checkOptions, type ReadAs } from './options.ts'
import { checkVariables } from './variables.ts'
import { checkWording } from './wording.ts'

export interface TemplateCheck {
  /** The worst first, then in the order of the text. */
  findings: Finding[]
  /** With the longest values that it may be sent with. */
  longest: SegmentCount
  /** Whether the provider may be asked to review it. */
  passed: boolean
}

const order: Record<Severity, number> = { refuse: 0, warn: 1, hint: 2 }

/**
 * Checks a text as the provider's reviewers, the carriers and our own reader of replies would. `readAs` is
 * that reader; without it (it is too large for a browser), that each option is read as it was meant is not checked.
 */
export function checkTemplate(draft: TemplateDraft, readAs?: ReadAs): TemplateCheck {
  const findings = [
    ...checkCharacters(draft),
    ...checkVariables(draft),
    ...checkOptions(draft, readAs),
    ...checkFigures(draft),
    ...checkWording(draft),
    ...checkMatter(draft),
    ...checkLength(draft),
  ].sort((a, b) => order[a.severity] - order[b.severity] || a.start - b.start)
  return {
    findings,
    longest: longestText(draft),
    passed: findings.every(({ severity }) => severity !== 'refuse'),
  }
}
