export interface Unit {
  code: string
  /** The day on which it became what it is (`yyyy-MM-dd`, the bureau's zone). */
  validFrom: string
  name: string
  parentCode: string | null
  headName: string | null
  headCode: string | null
  /** Nobody is texted or works for it any more; its cases still belong to those above it. */
  closed: boolean
}

/** A unit and those above it, the nearest first. */
export function pathUp(units: ReadonlyMap<string, Unit>, code: string): string[] {
  const path: string[] = []
  // A tree that somebody imported wrongly may go round in a circle.
  for (let at: string | null = code; at !== null && !path.includes(at);) {
    path.push(at)
    at = units.get(at)?.parentCode ?? null
  }
  return path
}
