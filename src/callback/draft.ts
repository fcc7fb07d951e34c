import { sql } from 'kysely'
import type { Core } from '../foundation/core.ts'
import type { Queryable, Tx } from '../foundation/database.ts'
import { AppError } from '../foundation/errors.ts'
import type { Id } from '../foundation/ids.ts'
import type { Staff } from '../staff/staff.ts'
import { sightOf, whereInSight } from '../unit/scope.ts'
import type { Draft, DraftContent } from './schema/case.ts'
import type { CallbackDeps } from './work.ts'

/**
 * Keeps what somebody has typed about a callback so far: sealed, one draft per person and callback, also
 * when the lease was lost meanwhile. A draft that builds on an older revision is refused, so that two
 * windows never overwrite each other unseen.
 */
export async function saveDraft(
  deps: Pick<CallbackDeps, 'db' | 'vault' | 'units'>,
  staff: Staff,
  callbackId: Id,
  revision: number,
  content: DraftContent,
): Promise<Pick<Draft, 'revision' | 'savedAt'>> {
  const sight = sightOf(await deps.units(), staff)
  const contentSealed = deps.vault.seal(JSON.stringify(content), 'note')
  const row = await deps.db
    .insertInto('callbackDraft')
    .columns(['callbackId', 'staffId', 'revision', 'contentSealed'])
    .expression((eb) =>
      eb
        .selectFrom('callback')
        .select([
          'id',
          sql<string>`${staff.id}::uuid`.as('staffId'),
          sql<number>`1`.as('revision'),
          sql<Buffer>`${contentSealed}::bytea`.as('contentSealed'),
        ])
        .where('id', '=', callbackId)
        .where('state', 'in', ['waiting', 'claimed', 'talking'])
        .where(whereInSight('callback.unit_code', sight)),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['callbackId', 'staffId'])
        .doUpdateSet({
          revision: sql<number>`callback_draft.revision + 1`,
          contentSealed,
          savedAt: sql<Date>`now()`,
        })
        .where('callbackDraft.revision', '=', revision),
    )
    .returning(['revision', 'savedAt'])
    .executeTakeFirst()
  if (row) return row
  const standing = await readDraft(deps, deps.db, staff.id, callbackId)
  throw standing
    ? new AppError('callback.draft_newer')
    : new AppError('record.changed', { what: '该回访任务' })
}

export async function readDraft(
  deps: Pick<Core, 'vault'>,
  tx: Queryable,
  staffId: Id,
  callbackId: Id,
): Promise<Draft | null> {
  const row = await tx
    .selectFrom('callbackDraft')
    .select(['revision', 'savedAt', 'contentSealed'])
    .where('callbackId', '=', callbackId)
    .where('staffId', '=', staffId)
    .executeTakeFirst()
  if (!row) return null
  const { contentSealed, ...draft } = row
  return { ...draft, content: JSON.parse(deps.vault.open(contentSealed, 'note')) as DraftContent }
}

/** Once a result has taken effect, nobody's draft is needed any more. */
export async function dropDrafts(tx: Tx, callbackId: Id): Promise<void> {
  await tx.deleteFrom('callbackDraft').where('callbackId', '=', callbackId).execute()
}
