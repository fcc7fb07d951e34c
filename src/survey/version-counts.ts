import { sql } from 'kysely'
import type { Core } from '../foundation/core.ts'
import { dateAt } from '../foundation/clock.ts'
import { anyOf } from '../foundation/database.ts'
import { idFloor } from '../foundation/ids.ts'
import type { Rating } from '../foundation/rating.ts'
import type { VersionCount } from '../template/compare.ts'

/** What came of the surveys of the last days, by the version that they were sent with; those that may still be replied to in time are left out. */
export async function countVersions(
  deps: Pick<Core, 'db' | 'clock'>,
  ids: readonly string[],
  days: number,
): Promise<VersionCount[]> {
  const rows = await deps.db
    .selectFrom('survey')
    .select(['templateVersionId', 'firstRating', sql<number>`count(*)`.as('surveys')])
    .where('id', '>=', idFloor(dateAt(deps.clock.nowMs() - days * 24 * 3600 * 1000)))
    .where('templateVersionId', '=', anyOf(ids))
    .where('expiresAt', '<=', sql<Date>`now()`)
    .groupBy(['templateVersionId', 'firstRating'])
    .execute()
  return [...Map.groupBy(rows, (row) => row.templateVersionId)].map(([id, group]) => ({
    templateVersionId: id,
    sent: group.reduce((sum, { surveys }) => sum + surveys, 0),
    rated: Object.fromEntries(
      group.flatMap(({ firstRating, surveys }) =>
        firstRating === null ? [] : [[firstRating as Rating, surveys]],
      ),
    ),
  }))
}
