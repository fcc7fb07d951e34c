import type { Entry } from '../entries.ts'
import type { Hit } from '../matcher.ts'

/** Thanks and good wishes, in their order: they may close any reply. */
export function courtesiesOf(hits: readonly Hit<Entry>[]): Hit<Entry>[] {
  return hits
    .filter(({ entry: { group } }) => group.idea === 'thanks')
    .sort((a, b) => a.start - b.start)
}
