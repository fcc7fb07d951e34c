import { sql } from 'kysely'
import { clearAlarm, raiseAlarm } from '../alarm/alarm.ts'
import type { Core } from '../foundation/core.ts'
import { nowPlus, type Tx } from '../foundation/database.ts'
import { idFloor, type Id } from '../foundation/ids.ts'
import type { Exchange } from './exchange.ts'
import type { RecordingStore } from './recording-store.ts'

export interface RecordingDeps extends Core {
  exchange: Exchange
  recordings: RecordingStore
}

const againSeconds = 30
const batch = 20

/**
 * Brings what the exchange recorded into our own storage, sealed, and has the exchange forget it. Each step may be done
 * again: the recording is at the exchange until it is stored.
 */
export async function fetchRecordings(deps: RecordingDeps): Promise<void> {
  const due = await deps.db
    .updateTable('call')
    .set({ lookAt: nowPlus(againSeconds) })
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('call')
        .select('id')
        .where('recording', 'in', ['running', 'ended'])
        .where('state', '=', 'ended')
        .where('lookAt', '<=', sql<Date>`now()`)
        .orderBy('lookAt')
        .limit(batch)
        .forUpdate()
        .skipLocked(),
    )
    .returning('id')
    .execute()
  for (const { id } of due) {
    try {
      await fetchOne(deps, id)
    } catch (error) {
      deps.log.warn({ err: error, call: id }, 'a recording could not be fetched; tried again')
      await tellUnfetched(deps)
    }
  }
}

async function fetchOne(deps: RecordingDeps, id: Id): Promise<void> {
  const wav = await deps.exchange.fetchRecording(id)
  if (wav) await deps.recordings.put(id, wav)
  // Stored before, by a process that died after it.
  else if ((await deps.recordings.get(id)) === null) return settle(deps, id, 'failed')
  await deps.exchange.dropRecording(id)
  await settle(deps, id, 'stored')
  await clearAlarm(deps.db, 'telephony.recordings', 'fetch')
}

async function settle(deps: RecordingDeps, id: Id, recording: 'stored' | 'failed'): Promise<void> {
  await deps.db
    .updateTable('call')
    .set({ recording })
    .where('id', '=', id)
    .where('recording', 'in', ['running', 'ended'])
    .execute()
}

async function tellUnfetched(deps: RecordingDeps): Promise<void> {
  const old = await deps.db
    .selectFrom('call')
    .select('id')
    .where('recording', 'in', ['running', 'ended'])
    .where('endedAt', '<', sql<Date>`now() - interval '10 minutes'`)
    .limit(1)
    .executeTakeFirst()
  if (!old) return
  await raiseAlarm(deps, deps.db, {
    kind: 'telephony.recordings',
    subject: 'fetch',
    message: '通话录音连续 10 分钟取不回来：请检查录音目录的磁盘空间和权限，以及与交换机的连接',
  })
}

/**
 * Deletes recordings whose time is over, and those of citizens of whom nothing else is kept any more. `erased` keeps how
 * many, in the transaction that marks them.
 */
export async function eraseRecordings(
  deps: Pick<RecordingDeps, 'db' | 'recordings'>,
  olderThan: Date,
  erased: (tx: Tx, rows: number) => Promise<void>,
): Promise<boolean> {
  const due = await deps.db
    .selectFrom('call')
    .select('id')
    .where('recording', '=', 'stored')
    .where((eb) =>
      eb.or([
        eb('id', '<', idFloor(olderThan)),
        eb.not(
          eb.exists(
            eb
              .selectFrom('transaction')
              .select('id')
              .whereRef('transaction.id', '=', 'call.caseId')
              .where('phoneSealed', 'is not', null),
          ),
        ),
      ]),
    )
    .limit(batch)
    .execute()
  if (due.length === 0) return false
  for (const { id } of due) await deps.recordings.delete(id)
  await deps.db.transaction().execute(async (tx) => {
    await tx
      .updateTable('call')
      .set({ recording: 'erased' })
      .where(
        'id',
        'in',
        due.map(({ id }) => id),
      )
      .where('recording', '=', 'stored')
      .execute()
    await erased(tx, due.length)
  })
  return due.length === batch
}
