import type { Entry } from './entries.ts'
import type { Hit } from './matcher.ts'
import { greatest, reachOf } from './spans.ts'

/** The first words that speak of danger and are not part of a figure of speech or of a happy end. */
export function urgentHit(hits: readonly Hit<Entry>[]): Hit<Entry> | null {
  const dangers = hits.filter((hit) => hit.entry.group.idea === 'urgent')
  if (dangers.length === 0) return null
  const harmless = hits.filter((hit) => hit.entry.group.idea === 'not_urgent')
  const reach = reachOf(
    harmless,
    greatest(hits, (hit) => hit.end, 0),
  )
  return dangers.find((hit) => (reach[hit.end - 1] ?? 0) <= hit.start) ?? null
}
