import { asking } from './lexicon/asking.ts'
import { complaintGeneral } from './lexicon/complaint-general.ts'
import { complaintManners } from './lexicon/complaint-manners.ts'
import { complaintResult } from './lexicon/complaint-result.ts'
import { complaintService } from './lexicon/complaint-service.ts'
import { level, middling } from './lexicon/level.ts'
import { mockery } from './lexicon/mockery.ts'
import { neutral } from './lexicon/neutral.ts'
import { praise } from './lexicon/praise.ts'
import { purposes } from './lexicon/purposes.ts'
import { urgent } from './lexicon/urgent.ts'
import { spoken } from './lexicon/spoken.ts'
import { strangers } from './lexicon/strangers.ts'
import { urgentMore } from './lexicon/urgent-more.ts'
import { urgentOver } from './lexicon/urgent-over.ts'
import type { Group, Idea } from './lexicon/words.ts'

/** One pattern of a lexicon, ready for the matcher. */
export interface Entry {
  pattern: string
  group: Group
  /** The name under which evidence shows it. */
  rule: string
  overMarks: boolean
}

/** All lexicons that come with the program. */
export const lexicons: readonly Group[] = [
  ...level,
  ...middling,
  ...praise,
  ...spoken,
  ...complaintManners,
  ...complaintService,
  ...complaintResult,
  ...complaintGeneral,
  ...mockery,
  ...neutral,
  ...purposes,
  ...asking,
  ...strangers,
  ...urgent,
  ...urgentMore,
  ...urgentOver,
]

// A comma inside a word of blame must not take the blame away.
const tearProof = new Set<Idea>(['complaint', 'level', 'mockery'])

/** The groups' patterns one by one. */
export function entriesOf(groups: readonly Group[]): Entry[] {
  return groups.flatMap((group) =>
    group.patterns
      .trim()
      .split(/\s+/)
      .map((pattern) => ({
        pattern,
        group,
        rule: group.reason === undefined ? group.idea : `${group.idea}.${group.reason}`,
        overMarks: tearProof.has(group.idea),
      })),
  )
}
