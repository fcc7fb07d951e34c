import { setTimeout as pause } from 'node:timers/promises'
import type { App } from '../../app.ts'
import { inBusinessZone, dateAt } from '../../foundation/clock.ts'
import { activatePolicy } from '../../policy/activate.ts'
import type { Behaviour } from '../gateway/delivery.ts'
import { quickPolicy } from './quick-policy.ts'

interface DeskCase {
  phone: string
  name: string
  business: string
  item: string
  category?: string
  unitCode: string
  officer: string
  hoursAgo: number
  says: string
}

const [huanglou, pipa, heping] = ['320301010000', '320302011000', '320303012000']
const [vehicles, exits] = ['320300CG0000', '320300CR0000']

// All names and numbers are invented. Each group has a deadline of its own.
const groups: readonly { dueHours: number; cases: readonly DeskCase[] }[] = [
  {
    dueHours: 0.005,
    cases: [
      {
        phone: '13905168101',
        name: '赵建国',
        business: '110',
        category: '噪音扰民',
        item: '噪音扰民',
        unitCode: huanglou,
        officer: '032200',
        hoursAgo: 26,
        says: '不满意，等了一个多小时才来，来了就走',
      },
    ],
  },
  {
    dueHours: 1.4,
    cases: [
      {
        phone: '13905168102',
        name: '王秀英',
        business: '户政',
        item: '补领身份证',
        unitCode: huanglou,
        officer: '032212',
        hoursAgo: 6,
        says: '不满意，窗口中午没人，材料也没一次说清，跑了三趟',
      },
      {
        phone: '13905168103',
        name: '孙静',
        business: '出入境',
        item: '普通护照',
        unitCode: exits,
        officer: '032205',
        hoursAgo: 5,
        says: '1 态度生硬，问什么都不耐烦',
      },
    ],
  },
  {
    dueHours: 24,
    cases: [
      {
        phone: '13905168104',
        name: '周磊',
        business: '驾证',
        item: '期满换证',
        unitCode: vehicles,
        officer: '032206',
        hoursAgo: 4,
        says: '3，排队两小时，叫号机还坏了',
      },
      {
        phone: '13905168105',
        name: '吴晓燕',
        business: '户政',
        item: '新生儿落户',
        unitCode: pipa,
        officer: '032213',
        hoursAgo: 3,
        says: '不太满意，同一份材料要了两次',
      },
      {
        phone: '13905168106',
        name: '冯敏',
        business: '车管',
        item: '号牌补领',
        unitCode: vehicles,
        officer: '032219',
        hoursAgo: 3,
        says: '4 收费没说清楚',
      },
      {
        phone: '13905168107',
        name: '陈洋',
        business: '户政',
        item: '居住证办理',
        unitCode: heping,
        officer: '032214',
        hoursAgo: 2,
        says: '3',
      },
      {
        phone: '13905168108',
        name: '郑伟',
        business: '110',
        category: '邻里纠纷',
        item: '邻里纠纷',
        unitCode: pipa,
        officer: '032201',
        hoursAgo: 2,
        says: '他又来砸门了，快来人，救命',
      },
      {
        phone: '13905168109',
        name: '蒋婷',
        business: '户政',
        item: '户口迁移',
        unitCode: heping,
        officer: '032226',
        hoursAgo: 1,
        says: '1，就是等得有点久，窗口态度也一般吧',
      },
      {
        phone: '13905168110',
        name: '韩志强',
        business: '车管',
        item: '车辆过户',
        unitCode: vehicles,
        officer: '032231',
        hoursAgo: 1,
        says: '我要去哪里查进度？',
      },
    ],
  },
]

/** What the citizens of the desk's cases answer. */
export const deskCitizens: ReadonlyMap<string, Behaviour> = new Map(
  groups.flatMap(({ cases }) =>
    cases.map(({ phone, says }) => [phone, { replies: [{ text: says, afterMs: 300 }] }] as const),
  ),
)

// An answer of the policy's reader may be two seconds old.
const policyTakesHoldMs = 2_200

/**
 * Fills the desk for whoever signs in: cases that go through the whole loop and wait for a person. Their
 * deadlines differ because each group is pushed under a policy of its own; afterwards leases and the time
 * to undo are as they are at a real desk.
 */
export async function fillDesk(
  app: App,
  push: (rows: readonly object[]) => Promise<void>,
): Promise<void> {
  const settings = (dueHours: number) => ({
    ...quickPolicy,
    callback: {
      ...quickPolicy.callback,
      dueHours,
      leaseSeconds: 15 * 60,
      undoSeconds: 60,
      busyRetrySeconds: 600,
    },
  })
  for (const [index, { dueHours, cases }] of groups.entries()) {
    await activatePolicy(app, {
      settings: settings(dueHours),
      by: 'demo',
      why: 'the desk’s own settings',
    })
    await pause(policyTakesHoldMs)
    await push(cases.map((each, at) => asTransaction(app, each, `DESK${index}${at}`)))
    await answered(app, cases.length)
  }
}

function asTransaction(app: App, each: DeskCase, externalId: string): object {
  const { phone, name, officer, hoursAgo, says: _says, ...facts } = each
  return {
    externalId,
    ...facts,
    officerCodes: [officer],
    citizen: { phone, name },
    completedAt: inBusinessZone(dateAt(app.clock.nowMs() - hoursAgo * 3_600_000)).toISO(),
  }
}

/** Until the replies are in: their surveys are open no more. */
async function answered(app: App, atMost: number): Promise<void> {
  for (let look = 0; look < 60; look++) {
    const open = await app.db
      .selectFrom('survey')
      .select('id')
      .where('state', 'in', ['scheduled', 'submitting', 'open', 'unknown'])
      .limit(atMost)
      .execute()
    if (open.length === 0) return
    await pause(250)
  }
}
