import { writeAudit } from '../foundation/audit.ts'
import type { Core } from '../foundation/core.ts'
import { commonScales, type OptionScale, type Rating } from '../foundation/rating.ts'
import type { ReplyKind, ReplyReason } from '../reply/verdict.ts'
import type { LabelledReply } from '../reply/score.ts'
import { decidedTriage } from './triage-store.ts'

/**
 * Replies that people judged, newest first, as a labelled sample by which the reader can be measured. Runs
 * of digits as long as a telephone number are zeroed; a text still is a citizen's, and stays in the house.
 */
export async function labelledSample(
  deps: Pick<Core, 'db' | 'vault'>,
  wanted: { since: Date | null; limit: number },
): Promise<LabelledReply[]> {
  const rows = await decidedTriage(deps.db, wanted.since, wanted.limit)
  return rows.map(({ textSealed, ...row }, index) => {
    const label = labelOf({ ...row, kind: row.kind as ReplyKind })
    return {
      id: `t${index + 1}`,
      // Of a reply to no survey the figures mean nothing; any scale will do.
      scale: scaleName((row.scale as OptionScale | null) ?? commonScales['1-3']),
      business: row.business ?? '',
      text: withoutNumbers(deps.vault.open(textSealed, 'text')),
      ...label,
      // The person was not asked for these: the reader's own are allowed, not required.
      reasons: [],
      reasons_opt: row.reasons as ReplyReason[],
      urgent: row.urgent,
      either: ['urgent' as const],
    }
  })
}

/** The same, for an operator, and on record. */
export async function exportSample(
  deps: Core,
  by: string,
  wanted: { since: Date | null; limit: number },
): Promise<LabelledReply[]> {
  const sample = await labelledSample(deps, wanted)
  await writeAudit(deps, deps.db, {
    actor: by,
    action: 'triage.export',
    subjectKind: 'reply',
    subject: 'sample',
    details: { replies: sample.length, since: wanted.since?.toISOString() ?? null },
  })
  return sample
}

function labelOf(row: {
  decidedKind: string | null
  decidedRating: string | null
  kind: ReplyKind
  conflict: boolean
}): Pick<LabelledReply, 'kind' | 'alt_kind' | 'rating' | 'conflict'> {
  const rating = row.decidedRating as Rating | null
  if (row.decidedKind === 'rating') {
    return { kind: 'rating', alt_kind: ['comment_only'], rating, conflict: false }
  }
  if (row.decidedKind === 'opt_out' || row.decidedKind === 'wrong_person') {
    return { kind: row.decidedKind, rating, conflict: false }
  }
  // Whoever is called because figure and words disagree was in conflict; else nobody could tell.
  return {
    kind: row.kind,
    alt_kind: ['unclear'],
    rating,
    conflict: row.decidedKind === 'call' && row.conflict,
  }
}

/** The name of a scale in common use, else the mapping itself. */
function scaleName(scale: OptionScale): string | OptionScale {
  const same = (other: OptionScale) =>
    Object.keys(other).length === Object.keys(scale).length &&
    Object.entries(other).every(([figure, rating]) => scale[figure] === rating)
  const name = Object.entries(commonScales).find(([, other]) => same(other))?.[0]
  return name ?? scale
}

/** Zeroes every run of seven digits or more, in whatever width and with whatever separators it was written. */
export function withoutNumbers(text: string): string {
  return text.replace(/\p{Nd}(?:[\s\-‐-―－.·()（）]{0,2}\p{Nd}){6,}/gu, (run) =>
    run.replace(/\p{Nd}/gu, '0'),
  )
}
