import { sql } from 'kysely'
import { clearAlarm, raiseAlarm } from '../alarm/alarm.ts'
import type { Core } from '../foundation/core.ts'

const alarmKind = 'source.silent'

/** A source that should push and does not is as bad as one that pushes nonsense: somebody is told. */
export async function watchSources(deps: Core): Promise<void> {
  const sources = await deps.db
    .selectFrom('source')
    .select([
      'name',
      'silentAfterMinutes',
      // Without a limit, or no longer with one, a source is not expected to push.
      sql<boolean>`coalesce(last_pushed_at < now() - make_interval(mins => silent_after_minutes), false)`.as(
        'silent',
      ),
    ])
    .execute()
  for (const { name, silentAfterMinutes, silent } of sources) {
    if (silent) {
      await raiseAlarm(deps, deps.db, {
        kind: alarmKind,
        subject: name,
        message: `来源系统 ${name} 已超过 ${silentAfterMinutes} 分钟没有推送办结业务，请联系对方检查`,
      })
    } else await clearAlarm(deps.db, alarmKind, name)
  }
}
