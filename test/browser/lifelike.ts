import { sql } from 'kysely'
import { dateAt } from '../../src/foundation/clock.ts'
import { nowPlus } from '../../src/foundation/database.ts'
import { findForSignIn } from '../../src/staff/store.ts'
import type { TestApp } from '../support/app.ts'
import { seedCallbacks, type SeededCase } from '../support/cases.ts'

const cases: readonly SeededCase[] = [
  {
    phone: '13951601234',
    name: '王秀英',
    text: '不满意，窗口中午没人，材料也没一次说清，跑了三趟',
    dueInMinutes: 95,
  },
  {
    phone: '13951601234',
    name: '王秀英',
    business: '车管',
    item: '车辆年检',
    unitCode: 'FJ2',
    text: '3',
    dueInMinutes: 400,
  },
  {
    name: '赵建国',
    business: '110',
    item: '噪音扰民',
    text: '等了一个小时才来，来了就走',
    dueInMinutes: -35,
  },
  {
    name: '孙静',
    business: '出入境',
    item: '普通护照',
    text: '3 态度生硬',
    unitCode: 'FJ2',
    dueInMinutes: 45,
  },
  {
    name: '周磊',
    business: '驾证',
    item: '期满换证',
    text: '1 但是排队太久',
    origin: 'conflict',
    dueInMinutes: 600,
  },
  { name: '吴晓燕', item: '新生儿落户', text: '不满意', unitCode: 'PCS2', dueInMinutes: 1_300 },
  {
    name: '郑伟',
    business: '110',
    item: '邻里纠纷',
    text: '他又来砸门了，快来人',
    origin: 'urgent',
    dueInMinutes: 20,
  },
  {
    name: '冯敏',
    business: '车管',
    item: '号牌补领',
    text: '不太满意，收费没说清楚',
    unitCode: 'FJ2',
    dueInMinutes: 900,
  },
  { name: '陈洋', item: '居住证办理', text: '3', dueInMinutes: 1_100 },
]

/** A desk on an ordinary morning: what waits, what one is at, what was done, what is unclear. */
export async function lifelike(t: TestApp, agent: string): Promise<{ mine: string }> {
  const { app } = t
  const ids = await seedCallbacks(app, cases)
  const staff = (await findForSignIn(app.db, { name: agent }))!.staff
  const mine = [ids[0]!, ids[3]!]
  await app.db
    .updateTable('callback')
    .set({ state: 'claimed', leaseHolder: staff.id, leaseUntil: nowPlus(840) })
    .where('id', 'in', mine)
    .execute()
  await done(t)
  await unclear(t, ids[5]!)
  const asks = await t.staffKey('agent', undefined, '周敏')
  await t.call('POST', `/api/v1/callbacks/${ids[8]}/claim`, asks, {})
  await t.call('POST', `/api/v1/callbacks/${ids[8]}/question`, asks, {
    text: '群众要求当面反映，是否可以约到中心？',
  })
  return { mine: mine[0]! }
}

/** Calls of the last weeks at all hours, some of today, one of which waits for a second person. */
async function done(t: TestApp): Promise<void> {
  const key = await t.staffKey('agent', undefined, '张洋')
  const ids = await seedCallbacks(
    t.app,
    Array.from({ length: 24 }, (_, at) => ({ name: `已办${at}` })),
  )
  const results = ['reached', 'no_answer', 'reached', 'reached', 'busy', 'refused'] as const
  for (const [at, id] of ids.entries()) {
    await t.call('POST', `/api/v1/callbacks/${id}/claim`, key, {})
    const result = results[at % results.length]!
    await t.call('POST', `/api/v1/callbacks/${id}/attempts`, key, {
      result,
      ...(result === 'reached'
        ? {
            finding: at === 0 ? 'not_upheld' : 'partly_upheld',
            rating: at === 0 ? 'satisfied' : 'dissatisfied',
            note: '对方说当天系统故障，第二天已办好，现在满意。',
          }
        : {}),
    })
  }
  await t.app.db
    .updateTable('attempt')
    .set({ settleAt: sql<Date>`now()` })
    .execute()
  const stop = await t.work()
  for (let look = 0; look < 100; look++) {
    const left = await t.app.db
      .selectFrom('attempt')
      .select('id')
      .where('settleAt', 'is not', null)
      .execute()
    if (left.length === 0) break
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  await stop()
  const hour = 3_600_000
  const rows = await t.app.db.selectFrom('attempt').select('id').execute()
  for (const [at, { id }] of rows.entries()) {
    await t.app.db
      .updateTable('attempt')
      .set({ at: dateAt(t.app.clock.nowMs() - (at % 12) * hour) })
      .where('id', '=', id)
      .execute()
  }
}

async function unclear({ app }: TestApp, callbackId: string): Promise<void> {
  const { caseId } = await app.db
    .selectFrom('callback')
    .select('caseId')
    .where('id', '=', callbackId)
    .executeTakeFirstOrThrow()
  for (const text of ['1，就是等得有点久，窗口态度也一般吧', '我要去哪里查进度？']) {
    const replyId = app.newId()
    await app.db
      .insertInto('reply')
      .values({
        id: replyId,
        inboundId: app.newId(),
        phoneHash: app.vault.hashPhone('13900000000'),
        phoneSealed: app.vault.seal('13900000000', 'phone'),
        textSealed: app.vault.seal(text, 'text'),
        caseId,
        fit: 'open',
        route: 'triage',
        kind: 'unclear',
        urgent: false,
        conflict: true,
        confidence: 0.4,
        evidence: JSON.stringify([
          { rule: 'option_figure', says: 'satisfied', start: 0, end: 1 },
          { rule: 'complaint', says: 'efficiency', start: 5, end: 9 },
        ]),
      })
      .execute()
    await app.db
      .insertInto('triage')
      .values({
        replyId,
        caseId,
        unitCode: 'PCS2',
        concernedUnits: ['PCS2'],
        reason: 'conflict',
        state: 'waiting',
        dueAt: nowPlus(6 * 3_600),
      })
      .execute()
  }
}
