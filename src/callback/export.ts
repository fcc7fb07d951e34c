import { Readable } from 'node:stream'
import { writeAudit } from '../foundation/audit.ts'
import { inBusinessZone } from '../foundation/clock.ts'
import { AppError } from '../foundation/errors.ts'
import { maskPhone } from '../foundation/phone.ts'
import { ratingNames } from '../foundation/rating.ts'
import { workbook, type Cell } from '../foundation/workbook.ts'
import type { Staff } from '../staff/staff.ts'
import type { ExportBody, FoundCase } from './schema/lead.ts'
import { readFound } from './search.ts'
import type { CallbackDeps } from './work.ts'

const rowsAtOnce = 1_000
const findingNames = {
  upheld: '成立',
  partly_upheld: '部分成立',
  not_upheld: '不成立',
  mistaken: '误评',
}
const stateNames = {
  waiting: '待回访',
  claimed: '已领取',
  talking: '通话中',
  resolved: '已办结',
  unreachable: '未联系上',
  cancelled: '已取消',
}
const head = [
  '业务编号',
  '业务',
  '事项',
  '承办单位',
  '单位代码',
  '办结时间',
  '电话',
  '首次评价',
  '回访状态',
  '拨打次数',
  '核实结论',
  '重新评价',
  '开始时间',
  '办理期限',
  '结束时间',
]

/** The callbacks of a period as an Excel workbook, row by row; numbers are masked unless it is asked and allowed. */
export async function exportCallbacks(
  deps: CallbackDeps,
  staff: Staff,
  wanted: ExportBody,
): Promise<Readable> {
  const { callback: policy } = await deps.policy()
  if (wanted.wholeNumbers && !policy.exportWholeNumbers) {
    throw new AppError('request.invalid', {
      field: 'wholeNumbers',
      reason: '现行策略不允许导出完整号码；确有需要请联系管理员在策略中放开',
    })
  }
  await writeAudit(deps, deps.db, {
    actor: `staff:${staff.id}`,
    action: 'callback.export',
    subjectKind: 'export',
    subject: `${wanted.from}/${wanted.to}`,
    details: { unitCode: wanted.unitCode ?? null, wholeNumbers: wanted.wholeNumbers },
  })
  return Readable.from(workbook('回访', head, rows(deps, staff, wanted)))
}

async function* rows(
  deps: CallbackDeps,
  staff: Staff,
  wanted: ExportBody,
): AsyncGenerator<readonly Cell[]> {
  for (let before: string | null = null; ;) {
    const page = await readFound(deps, staff, { ...wanted, phoneHash: null }, before, rowsAtOnce)
    for (const found of page) yield asRow(found, wanted.wholeNumbers)
    if (page.length < rowsAtOnce) return
    before = page.at(-1)!.id
  }
}

function asRow(found: FoundCase, wholeNumbers: boolean): Cell[] {
  const time = (at: Date | null) => at && inBusinessZone(at).toFormat('yyyy-MM-dd HH:mm')
  return [
    found.externalId,
    found.business,
    found.item,
    found.unitName,
    found.unitCode,
    time(found.completedAt),
    found.phone && (wholeNumbers ? found.phone : maskPhone(found.phone)),
    found.rating && ratingNames[found.rating],
    stateNames[found.state],
    found.attempts,
    found.finding && findingNames[found.finding],
    found.laterRating && ratingNames[found.laterRating],
    time(found.openedAt),
    time(found.dueAt),
    time(found.closedAt),
  ]
}
