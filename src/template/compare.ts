import type { Core } from '../foundation/core.ts'
import { ratings, type Rating } from '../foundation/rating.ts'
import { difference, share, type Interval, type Part } from './interval-rules.ts'
import type { Slot } from './plan-store.ts'
import type { TemplateState } from './states.ts'
import { listVersions } from './version-store.ts'

/** What came of the surveys that were sent with a version, once their time to reply was over. */
export interface VersionCount {
  templateVersionId: string
  sent: number
  /** Those whose citizen gave a rating, by the first one. */
  rated: Partial<Record<Rating, number>>
}

export interface CompareDeps extends Pick<Core, 'db'> {
  countVersions: (ids: readonly string[], days: number) => Promise<VersionCount[]>
}

interface Compared {
  id: string
  key: string
  version: number
  state: TemplateState
  weight: number
  sent: number
  rated: Record<Rating, number>
  /** Of those sent, how many were rated. */
  response: Interval | null
  /** Of those rated, how many dissatisfied or worse. */
  dissatisfied: Interval | null
  /** Against the version with most texts; null for that one itself, and while either has none. */
  against: { id: string; response: Interval | null; dissatisfied: Interval | null } | null
}

/**
 * The versions of a slot side by side: how many replied and how they rated, with what chance allows. Only
 * surveys whose time to reply is over count, so that a young version does not look worse than it is.
 */
export async function compareVersions(
  deps: CompareDeps,
  slot: Slot,
  days: number,
): Promise<{ days: number; versions: Compared[] }> {
  const versions = (await listVersions(deps.db)).filter(
    ({ purpose, business }) => purpose === slot.purpose && business === slot.business,
  )
  const counts = await deps.countVersions(
    versions.map(({ id }) => id),
    days,
  )
  const countOf = new Map(counts.map((count) => [count.templateVersionId, count]))
  const parts = versions
    .flatMap((version) => {
      const count = countOf.get(version.id)
      return count ? [{ version, ...partsOf(count) }] : []
    })
    .sort((a, b) => b.response.of - a.response.of || a.version.id.localeCompare(b.version.id))
  const most = parts[0]
  return {
    days,
    versions: parts.map((part) => {
      const { id, key, version, state, weight } = part.version
      return {
        id,
        key,
        version,
        state,
        weight,
        sent: part.response.of,
        rated: part.rated,
        response: share(part.response),
        dissatisfied: share(part.dissatisfied),
        against:
          most && most !== part
            ? {
                id: most.version.id,
                response: difference(part.response, most.response),
                dissatisfied: difference(part.dissatisfied, most.dissatisfied),
              }
            : null,
      }
    }),
  }
}

function partsOf({ sent, rated: counted }: VersionCount): {
  rated: Record<Rating, number>
  response: Part
  dissatisfied: Part
} {
  const rated = Object.fromEntries(
    ratings.map((rating) => [rating, counted[rating] ?? 0]),
  ) as Record<Rating, number>
  const all = ratings.reduce((sum, rating) => sum + rated[rating], 0)
  return {
    rated,
    response: { count: all, of: sent },
    dissatisfied: { count: rated.dissatisfied + rated.very_dissatisfied, of: all },
  }
}
