import { sql } from 'kysely'
import { raiseAlarm } from '../alarm/alarm.ts'
import type { Core } from '../foundation/core.ts'
import type { Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'

/** Puts replies that no list shows before a person. */
export async function retriage(tx: Tx, replyIds: readonly Id[], dueHours: number): Promise<void> {
  await sql`INSERT INTO triage (reply_id, case_id, unit_code, concerned_units, reason, state, due_at)
    SELECT r.id, r.case_id, s.unit_code,
      ARRAY(SELECT DISTINCT t.unit_code FROM transaction t WHERE t.phone_hash = r.phone_hash),
      'unclear', 'waiting',
      now() + make_interval(hours => CASE WHEN r.urgent THEN 1 ELSE ${Math.ceil(dueHours)}::int END)
    FROM reply r LEFT JOIN survey s ON s.id = r.case_id
    WHERE r.id = ANY(${[...replyIds]}::uuid[]) ON CONFLICT DO NOTHING`.execute(tx)
}

/** Rings for urgent replies that never rang. */
export async function ringAgain(
  deps: Pick<Core, 'newId'>,
  tx: Tx,
  replyIds: readonly Id[],
): Promise<void> {
  await sql`INSERT INTO duty (reply_id, case_id, state)
    SELECT id, case_id, 'ringing' FROM reply WHERE id = ANY(${[...replyIds]}::uuid[])
    ON CONFLICT DO NOTHING`.execute(tx)
  for (const subject of replyIds) {
    const message = '有群众回复疑似紧急情况，请值班人员立即查看紧急列表'
    await raiseAlarm(deps, tx, { kind: 'reply.urgent', subject, message })
  }
}
