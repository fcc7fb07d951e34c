import { sql } from 'kysely'
import { nowPlus, type Queryable, type Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import type { CallFacts, RecordingMode } from './rules.ts'

/** A call as it stands. */
export interface Call extends CallFacts {
  id: Id
  callbackId: Id
  caseId: Id
  staffId: Id
  unitCode: string
  /** The agent's phone, as the exchange knows it. */
  extension: string
  /** The number that the citizen sees; null: as the trunk has it. */
  callerId: string | null
  requestedAt: Date
  attemptId: Id | null
}

export const callColumns = [
  'id',
  'callbackId',
  'caseId',
  'staffId',
  'unitCode',
  'extension',
  'callerId',
  'state',
  'result',
  'heard',
  'stoppedBy',
  'endedBy',
  'cause',
  'sipCode',
  'requestedAt',
  'agentAnsweredAt',
  'citizenDialledAt',
  'citizenAnsweredAt',
  'agentEndedAt',
  'citizenEndedAt',
  'endedAt',
  'recordingMode',
  'recording',
  'attemptId',
] as const

/** Locks what limits calls (the trunk), so that two who ask at once count each other. */
export async function lockTrunk(tx: Tx): Promise<{ open: number }> {
  await sql`SELECT pg_advisory_xact_lock(hashtext('huifang telephony trunk'))`.execute(tx)
  const row = await tx
    .selectFrom('call')
    .select((eb) => eb.fn.countAll<number>().as('open'))
    .where('state', '<>', 'ended')
    .executeTakeFirstOrThrow()
  return row
}

/** Writes a call that somebody asked for; false when one of this callback, or of this phone, is still open. */
export async function insertCall(
  tx: Tx,
  call: {
    id: Id
    callbackId: Id
    caseId: Id
    staffId: Id
    unitCode: string
    extension: string
    callerId: string | null
    recordingMode: RecordingMode
  },
): Promise<boolean> {
  const result = await tx
    .insertInto('call')
    .values(call)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
}

export async function lockCall(tx: Tx, id: Id): Promise<Call | null> {
  const row = await tx
    .selectFrom('call')
    .select(callColumns)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  return (row as Call | undefined) ?? null
}

/** What changed of a locked call, and in how many seconds somebody has to look at it again. */
export async function saveCall(
  tx: Tx,
  call: Call,
  change: Partial<CallFacts>,
  lookInSeconds: number,
): Promise<void> {
  await tx
    .updateTable('call')
    .set({ ...change, lookAt: nowPlus(lookInSeconds) })
    .where('id', '=', call.id)
    .where('state', '=', call.state)
    .execute()
}

/** Calls at which somebody has to look; all open ones when `whenever`. */
export async function callsToLookAt(
  db: Queryable,
  whenever: boolean,
  limit = 200,
): Promise<Call[]> {
  const rows = await db
    .selectFrom('call')
    .select(callColumns)
    .where('state', '<>', 'ended')
    .$if(!whenever, (query) => query.where('lookAt', '<=', sql<Date>`now()`))
    .orderBy('lookAt')
    .limit(limit)
    .execute()
  return rows as Call[]
}

/** Somebody looks at a call now and comes again later. */
export async function lookAgain(db: Queryable, id: Id, seconds: number): Promise<void> {
  await db
    .updateTable('call')
    .set({ lookAt: nowPlus(seconds) })
    .where('id', '=', id)
    .execute()
}

/** The open call of a callback. */
export async function openCall(db: Queryable, callbackId: Id): Promise<{ id: Id } | null> {
  const row = await db
    .selectFrom('call')
    .select('id')
    .where('callbackId', '=', callbackId)
    .where('state', '<>', 'ended')
    .executeTakeFirst()
  return row ?? null
}

/** Says which recorded try came of the calls of a callback that nobody has written down yet. */
export async function attachAttempt(tx: Tx, callbackId: Id, attemptId: Id): Promise<void> {
  await tx
    .updateTable('call')
    .set({ attemptId })
    .where('callbackId', '=', callbackId)
    .where('attemptId', 'is', null)
    .where('citizenDialledAt', 'is not', null)
    .execute()
}

/** A try that is undone came of nothing. */
export async function detachAttempt(tx: Tx, attemptId: Id): Promise<void> {
  await tx.updateTable('call').set({ attemptId: null }).where('attemptId', '=', attemptId).execute()
}
