import { sql } from 'kysely'
import { raiseAlarm } from '../alarm/alarm.ts'
import type { Core } from '../foundation/core.ts'
import { nowPlus, type Queryable } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import { inBatches } from '../foundation/relay.ts'

export type InboundChannel = 'sms_up' | 'sms_report'

// Long enough for the process that received a push to understand it, short enough that nobody waits
// when it died meanwhile.
const repairAfterSeconds = 5
const claimSeconds = 60

export interface Push {
  channel: InboundChannel
  body: string
}

/** Stores pushes as they came, before they are acknowledged (law 5); returns their ids, in the same order. */
export async function storeRaw(
  deps: Pick<Core, 'db' | 'newId' | 'vault'>,
  pushes: readonly Push[],
): Promise<Id[]> {
  const rows = pushes.map(({ channel, body }) => ({
    id: deps.newId(),
    channel,
    bodySealed: deps.vault.seal(body, 'body'),
    state: 'raw',
    lookAt: nowPlus(repairAfterSeconds),
  }))
  await deps.db.insertInto('inbound').values(rows).execute()
  return rows.map(({ id }) => id)
}

/** Raw pushes that nobody has understood yet, for the relay. */
export async function takeRaw(
  deps: Pick<Core, 'db'>,
  channel: InboundChannel,
  limit: number,
): Promise<Id[][]> {
  const { rows } = await sql<{ id: Id }>`
    WITH due AS (
      SELECT id FROM inbound WHERE look_at <= now() AND channel = ${channel} AND state = 'raw'
      ORDER BY look_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    UPDATE inbound i SET look_at = now() + make_interval(secs => ${claimSeconds})
    WHERE i.id = ANY(ARRAY(SELECT id FROM due)) RETURNING i.id`.execute(deps.db)
  // A push holds many replies: few pushes a job spread them over the workers.
  return inBatches(rows, 5)
}

/** The bodies of raw pushes among these ids. */
export async function readRaw(
  deps: Pick<Core, 'db' | 'vault'>,
  channel: InboundChannel,
  ids: readonly Id[],
): Promise<{ id: Id; body: string; receivedAt: Date }[]> {
  const rows = await deps.db
    .selectFrom('inbound')
    .select(['id', 'bodySealed', 'receivedAt'])
    .where('id', 'in', [...ids])
    .where('channel', '=', channel)
    .where('state', '=', 'raw')
    .execute()
  return rows.map(({ bodySealed, ...row }) => ({
    ...row,
    body: deps.vault.open(bodySealed, 'body'),
  }))
}

/** All of these pushes is taken in, or can never be. */
export async function markInbound(
  tx: Queryable,
  ids: readonly Id[],
  state: 'understood' | 'probe' | 'unreadable',
): Promise<void> {
  if (ids.length === 0) return
  await tx
    .updateTable('inbound')
    .set({ state, lookAt: null })
    .where('id', 'in', [...ids])
    .where('state', '=', 'raw')
    .execute()
}

/** Something in these pushes was understood by nobody: they are kept raw, and a person is told. */
export async function markUnreadable(
  deps: Pick<Core, 'db' | 'newId'>,
  ids: readonly Id[],
): Promise<void> {
  await markInbound(deps.db, ids, 'unreadable')
  for (const id of ids) {
    await raiseAlarm(deps, deps.db, {
      kind: 'inbound.unreadable',
      subject: id,
      message: `短信平台的推送中有内容无法识别，已原样保存（编号 ${id}），请管理员核对推送格式后处理`,
    })
  }
}

/** Notes that items of pushes were taken in; those that had not been already (the provider repeats itself). */
export async function claimItems<Item extends { inboundId: Id; dedupeKey: string }>(
  tx: Queryable,
  items: readonly Item[],
): Promise<Item[]> {
  if (items.length === 0) return []
  const byKey = new Map(items.toReversed().map((item) => [item.dedupeKey, item]))
  // In the order of their keys, so that two who take in the same items wait for each other.
  const keys = [...byKey.keys()].sort()
  const { rows } = await sql<{ dedupe: Buffer }>`
    INSERT INTO inbound_key (dedupe, inbound_id)
    SELECT * FROM unnest(${keys.map((key) => Buffer.from(key, 'hex'))}::bytea[],
      ${keys.map((key) => byKey.get(key)!.inboundId)}::uuid[])
    ON CONFLICT (dedupe) DO NOTHING RETURNING dedupe`.execute(tx)
  const fresh = new Set(rows.map(({ dedupe }) => dedupe.toString('hex')))
  return items.filter((item) => fresh.has(item.dedupeKey) && byKey.get(item.dedupeKey) === item)
}
