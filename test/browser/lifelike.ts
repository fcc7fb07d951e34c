import { findForSignIn } from '../../src/staff/store.ts'
import { nowPlus } from '../../src/foundation/database.ts'
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

/** A desk on an ordinary morning: what waits, what one is at, what is over. */
export async function lifelike({ app }: TestApp, agent: string): Promise<{ mine: string }> {
  const ids = await seedCallbacks(app, cases)
  const staff = (await findForSignIn(app.db, { name: agent }))!.staff
  const mine = [ids[0]!, ids[3]!]
  await app.db
    .updateTable('callback')
    .set({ state: 'claimed', leaseHolder: staff.id, leaseUntil: nowPlus(840) })
    .where('id', 'in', mine)
    .execute()
  return { mine: mine[0]! }
}
