import { standingAlarms } from '../alarm/alarm.ts'
import { openReaders } from '../app.ts'
import { readCoreConfig } from '../foundation/config.ts'
import { openLog } from '../foundation/log.ts'
import { migrateDatabase, migrateDown } from '../foundation/migrate.ts'
import { openQueues, type Queues } from '../foundation/queue.ts'
import { importFile } from '../intake/import.ts'
import { resumeSending } from '../sms/pause.ts'
import { createFeedKey, createSource } from '../staff/keys.ts'
import { importOfficers, importUnits, type ImportReport } from '../unit/import.ts'
import { unknownUnits } from '../survey/unknown-units.ts'
import { queueDefinitions, type QueueName } from '../../workers/index.ts'
import { readDatabase, say, sayAll, withConfig, withCore } from './with-core.ts'

const withQueues = (act: (queues: Queues<QueueName>) => Promise<void>): Promise<void> =>
  withConfig(readCoreConfig, async ({ DATABASE_URL, REDIS_URL }) => {
    const queues = await openQueues(
      queueDefinitions,
      { databaseUrl: DATABASE_URL, redisUrl: REDIS_URL, prefix: 'huifang' },
      openLog('warn'),
    )
    try {
      await act(queues)
    } finally {
      await queues.close(1_000)
    }
  })

export const migrate = (down: boolean): Promise<void> =>
  withConfig(readDatabase, async (settings) => {
    const url = settings.HUIFANG_OWNER_DATABASE_URL ?? settings.DATABASE_URL!
    if (down) return say(`undone: ${(await migrateDown(url)) ?? 'nothing left'}`)
    const applied = await migrateDatabase(url)
    say(applied.length === 0 ? 'up to date' : `applied: ${applied.join(', ')}`)
  })

export const importTransactions = (file: string, source: string) =>
  withCore(async (core, config) => {
    const { closeReaders, ...readers } = openReaders(config, core.log)
    const showProgress = (text: string) => void process.stderr.write(text)
    try {
      const report = await importFile({ ...core, ...readers }, source, file, showProgress)
      sayAll(report.rejections)
      const { rejections: _, ...counts } = report
      say(JSON.stringify(counts))
    } finally {
      await closeReaders()
    }
  })

function sayImport(report: ImportReport): void {
  sayAll(report.rejected)
  say(JSON.stringify({ imported: report.imported, rejected: report.rejected.length }))
}

export const unitImport = (file: string) =>
  withCore(async (core) => sayImport(await importUnits(core, file)))

export const officerImport = (file: string) =>
  withCore(async (core) => sayImport(await importOfficers(core, file)))

export const unitUnknown = () => withCore(async (core) => sayAll(await unknownUnits(core)))

export const sourceCreate = (name: string, silentAfterMinutes: number | null) =>
  withCore(async (core) => say(await createSource(core, { name, silentAfterMinutes })))

export const feedCreate = (name: string) =>
  withCore(async (core) => say(await createFeedKey(core, name)))

export const callbackList = () =>
  withCore(async (core) =>
    sayAll(
      await core.db
        .selectFrom('callback')
        .select(['id', 'origin', 'state', 'unitCode', 'dueAt', 'notBefore', 'attempts'])
        .where('state', 'in', ['waiting', 'claimed', 'talking'])
        .orderBy('dueAt')
        .limit(200)
        .execute(),
    ),
  )

export const queueDead = () => withQueues(async (queues) => sayAll(await queues.dead()))

export const queueRedrive = (name: string | undefined) =>
  withQueues(async (queues) => say(`${await queues.redrive(name)} jobs put back`))

export const smsResume = () =>
  withCore(async (core) => say(`${await resumeSending(core, 'operator')} pauses lifted`))

export const alarmList = () => withCore(async (core) => sayAll(await standingAlarms(core)))
