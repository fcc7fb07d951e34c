/** A setting that differs: `null` where one side does not have it. */
export interface PolicyChange {
  /** The path of the setting, `survey.delaySeconds.户政`. */
  field: string
  before: unknown
  after: unknown
}

/** Every setting by its path. Lists are one value: an added day is a change of the list. */
export function flatten(settings: unknown, prefix = ''): Map<string, unknown> {
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings)) {
    return new Map([[prefix, settings]])
  }
  return new Map(
    Object.entries(settings).flatMap(([name, value]) => [
      ...flatten(value, prefix === '' ? name : `${prefix}.${name}`),
    ]),
  )
}

/** What differs between two policies, in the order of the first, then what only the second has. */
export function changesBetween(before: unknown, after: unknown): PolicyChange[] {
  const [old, next] = [flatten(before), flatten(after)]
  return [...new Set([...old.keys(), ...next.keys()])]
    .map((field) => ({
      field,
      before: old.get(field) ?? null,
      after: next.get(field) ?? null,
    }))
    .filter((change) => JSON.stringify(change.before) !== JSON.stringify(change.after))
}
