import { policyReader } from '../policy/reader.ts'
import { examine, mend, type Examination, type Finding } from '../doctor/examine.ts'
import { laws } from '../doctor/laws.ts'
import type { DoctorDeps } from '../doctor/check.ts'
import type { CoreConfig } from '../foundation/config.ts'
import { AppError } from '../foundation/errors.ts'
import { openLog } from '../foundation/log.ts'
import { openQueues } from '../foundation/queue.ts'
import { queueDefinitions } from '../../workers/index.ts'
import { say, withCore } from './with-core.ts'
import { operator } from './operator.ts'

export interface DoctorOptions extends Examination {
  fix: boolean
  json: boolean
}

/** `huifang doctor`: silent and 0 when all is well; else what was found and what to do about it, and 1. */
export const doctor = ({ fix, json, ...examination }: DoctorOptions) =>
  withCore(async (core, config) => {
    const queues = await openQueuesOrFault(config)
    const deps: DoctorDeps = { ...core, policy: policyReader(core), queues }
    try {
      let findings = await examine(deps, examination)
      let mended: Record<string, number> = {}
      if (fix && findings.some(({ mendable }) => mendable)) {
        mended = await mend(deps, findings, operator(), examination)
        findings = await examine(deps, examination)
      }
      if (json) say(JSON.stringify({ healthy: findings.length === 0, findings, mended }))
      else report(findings, mended)
      if (findings.length > 0) process.exitCode = 1
    } finally {
      if (!(queues instanceof AppError)) await queues.close(1_000)
    }
  })

async function openQueuesOrFault(config: CoreConfig) {
  const settings = {
    databaseUrl: config.DATABASE_URL,
    redisUrl: config.REDIS_URL,
    prefix: 'huifang',
  }
  return openQueues(queueDefinitions, settings, openLog('fatal')).catch((error: unknown) =>
    error instanceof AppError ? error : new AppError('queue.unavailable'),
  )
}

function report(findings: readonly Finding[], mended: Readonly<Record<string, number>>): void {
  for (const [name, rows] of Object.entries(mended)) say(`已修复 ${name}：${rows} 处`)
  for (const { name, law, meaning, remedy, count, sample } of findings) {
    say(`✗ ${name}：${meaning}（${count >= 1_000 ? '至少 ' : ''}${count} 处）`)
    say(`  法则 ${law}：${laws[law]}`)
    say(`  例：${sample.join('、')}`)
    say(`  处理：${remedy}`)
  }
}
