import type { Business } from '../policy/policy.ts'
import { countSegments } from '../template/segments.ts'
import { fillTemplate, type TemplateVersion } from '../template/template.ts'
import type { Unit } from '../unit/unit.ts'
import { businessNameForText, unitNameForText } from './rules.ts'

/** What a text may say of the matter: the unit and the kind of business, never what it was about. */
export function textParams(
  units: ReadonlyMap<string, Unit>,
  about: { unitCode: string; business: string },
): Record<string, string> {
  return {
    unit: unitNameForText(units.get(about.unitCode)?.name),
    business: businessNameForText(about.business as Business),
  }
}

/** What is filled into a text, and what it then costs. */
export function worded(template: TemplateVersion, params: Record<string, string>) {
  return {
    params,
    segments: countSegments(template.signature, fillTemplate(template, params)).segments,
  }
}
