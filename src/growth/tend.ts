import { clearAlarm, raiseAlarm } from '../alarm/alarm.ts'
import { doAlone } from '../foundation/alone.ts'
import type { Core } from '../foundation/core.ts'
import { ensurePartitions } from '../foundation/partitions.ts'
import type { Policy } from '../policy/policy.ts'
import { forget } from './forget.ts'
import { retire } from './retire.ts'

export interface GrowthDeps extends Core {
  policy: () => Promise<Policy>
}

/**
 * One round of keeping the tables in shape: months made ahead, old ones dropped, citizens' data erased. One
 * process at a time; the others leave it to that one. Says whether more waits to be erased.
 */
export async function tendGrowth(deps: GrowthDeps): Promise<boolean> {
  const more = await doAlone(deps.db, 'growth', async (db) => {
    const here = { ...deps, db }
    await makeMonthsAhead(here)
    const policy = await deps.policy()
    await retire(here, policy)
    return forget(here, policy)
  })
  return more ?? false
}

// The coming months are made long before they begin, so that there is time to mend what keeps them from it.
async function makeMonthsAhead(deps: GrowthDeps): Promise<void> {
  try {
    await ensurePartitions(deps)
    await clearAlarm(deps.db, 'growth.partitions', 'ahead')
  } catch (error) {
    deps.log.error({ err: error }, 'the partitions of the coming months could not be made')
    await raiseAlarm(deps, deps.db, {
      kind: 'growth.partitions',
      subject: 'ahead',
      message:
        '未来几个月的数据分区建立失败：请检查数据库磁盘空间，并执行 huifang migrate 与 huifang doctor --fix',
    })
  }
}
