import { climbingKind, raiseAlarm } from '../alarm/alarm.ts'
import type { Core } from '../foundation/core.ts'
import type { Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import { insertDuties, insertTriages, unitsOfNumbers } from './store.ts'

/** Puts replies that no list shows before a person, hidden from every unit that they may be about (law 7). */
export async function retriage(
  deps: Pick<Core, 'clock'>,
  tx: Tx,
  replyIds: readonly Id[],
  dueHours: number,
): Promise<void> {
  const replies = await tx
    .selectFrom('reply')
    .leftJoin('survey', 'survey.id', 'reply.caseId')
    .select(['reply.id', 'reply.caseId', 'reply.phoneHash', 'reply.urgent', 'survey.unitCode'])
    .where('reply.id', 'in', [...replyIds])
    .execute()
  const units = await unitsOfNumbers(
    deps,
    tx,
    replies.map(({ phoneHash }) => phoneHash),
  )
  await insertTriages(
    tx,
    replies.map(({ id, caseId, phoneHash, urgent, unitCode }) => ({
      replyId: id,
      caseId,
      unitCode,
      concernedUnits: [
        ...new Set([
          ...(unitCode ? [unitCode] : []),
          ...(units.get(phoneHash.toString('hex')) ?? []),
        ]),
      ],
      reason: urgent ? 'urgent' : 'unclear',
      dueInHours: urgent ? 1 : dueHours,
    })),
  )
}

/** Rings for urgent replies that never rang. */
export async function ringAgain(
  deps: Pick<Core, 'newId'>,
  tx: Tx,
  replyIds: readonly Id[],
): Promise<void> {
  const replies = await tx
    .selectFrom('reply')
    .select(['id as replyId', 'caseId'])
    .where('id', 'in', [...replyIds])
    .execute()
  await insertDuties(tx, replies)
  for (const subject of replyIds) {
    const message = '有群众回复疑似紧急情况，请值班人员立即查看紧急列表'
    await raiseAlarm(deps, tx, { kind: climbingKind, subject, message })
  }
}
