import type { Entry } from './entries.ts'
import type { Hit } from './matcher.ts'

/** The first words that speak of danger and are not part of a figure of speech or of a happy end. */
export function urgentHit(hits: readonly Hit<Entry>[]): Hit<Entry> | null {
  const harmless = hits.filter((hit) => hit.entry.group.idea === 'not_urgent')
  for (const hit of hits) {
    if (hit.entry.group.idea !== 'urgent') continue
    if (!harmless.some((other) => other.start < hit.end && hit.start < other.end)) return hit
  }
  return null
}
