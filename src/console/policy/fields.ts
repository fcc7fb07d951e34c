import { businesses } from '../../policy/businesses.ts'

/** How a setting is shown and typed. Durations are shown in the unit that people think in, and kept in seconds. */
export type Kind =
  | { type: 'switch' }
  | { type: 'number'; unit: string; perUnit?: number; min?: number; max?: number; step?: number }
  | { type: 'percent' }
  | { type: 'time' }
  | { type: 'days' }
  | { type: 'choice'; options: readonly { value: string; label: string }[] }
  | { type: 'retry'; orAsNoAnswer?: true }
  | { type: 'flags' }
  | { type: 'money' }
  | { type: 'units' }
  | { type: 'text'; placeholder: string }
  | { type: 'unit_texts'; placeholder: string }

export interface Field {
  /** The path of the setting in the policy. */
  path: string
  label: string
  help?: string
  kind: Kind
  /** One value for each business. */
  perBusiness?: true
}

export interface FieldGroup {
  title: string
  fields: readonly Field[]
}

const minutes: Kind = { type: 'number', unit: '分钟', perUnit: 60, min: 0 }
const hours: Kind = { type: 'number', unit: '小时', perUnit: 3_600, min: 0 }
const seconds: Kind = { type: 'number', unit: '秒', min: 0 }
const months: Kind = { type: 'number', unit: '个月', min: 1, step: 1 }
const wholeHours: Kind = { type: 'number', unit: '小时', min: 0 }
const days: Kind = { type: 'number', unit: '天', min: 0, step: 1 }
const perDay: Kind = { type: 'number', unit: '件/单位/天', min: 0, max: 100, step: 1 }

/** All settings, in the order of the loop. */
export const fieldGroups: readonly FieldGroup[] = [
  {
    title: '谁会收到征求意见短信',
    fields: [
      { path: 'survey.enabled', label: '开启', kind: { type: 'switch' }, perBusiness: true },
      {
        path: 'survey.samplingShare',
        label: '抽样比例',
        kind: { type: 'percent' },
        perBusiness: true,
      },
      {
        path: 'survey.samplingShareOfUnits',
        label: '单独设置比例的单位',
        help: '对该单位及其下级生效，取最近的一级，优先于业务的比例',
        kind: { type: 'units' },
      },
      {
        path: 'survey.priority',
        label: '优先级',
        help: '0 至 9；同一号码有多笔办件时，高者取代低者',
        kind: { type: 'number', unit: '', min: 0, max: 9, step: 1 },
        perBusiness: true,
      },
      {
        path: 'survey.contactFloorDays',
        label: '同一号码最短间隔',
        help: '不论事项多重要，间隔之内不再征求意见；0 为只按回复期限',
        kind: days,
      },
      { path: 'survey.tooOldHours', label: '办结超过多久不再发', kind: wholeHours },
      {
        path: 'survey.excludedFlags',
        label: '有这些标记的不发',
        kind: { type: 'flags' },
      },
      {
        path: 'survey.sharedNumberAt',
        label: '多少笔办件算共用号码',
        kind: { type: 'number', unit: '笔', min: 2, step: 1 },
      },
      { path: 'survey.sharedWithinDays', label: '在多少天之内', kind: days },
    ],
  },
  {
    title: '什么时候发',
    fields: [
      { path: 'survey.delaySeconds', label: '办结后多久发', kind: minutes, perBusiness: true },
      { path: 'survey.sendingWindow.from', label: '每天从', kind: { type: 'time' } },
      { path: 'survey.sendingWindow.to', label: '到', kind: { type: 'time' } },
      { path: 'survey.sendingWindow.blockedDays', label: '不发的日子', kind: { type: 'days' } },
      { path: 'survey.replyWindowSeconds', label: '回复期限', kind: hours },
      { path: 'survey.lateWindowSeconds', label: '过期后多久仍收回复', kind: hours },
      {
        path: 'survey.remindAfterSeconds',
        label: '多久没回复就提醒一次',
        help: '0 为不提醒；每笔最多提醒一次，须有签名和选项都相同的提醒模板',
        kind: hours,
      },
      { path: 'survey.thankSatisfied', label: '满意的回复致谢', kind: { type: 'switch' } },
      { path: 'survey.announceCallback', label: '不满意的告知将回访', kind: { type: 'switch' } },
    ],
  },
  {
    title: '短信费用',
    fields: [
      {
        path: 'sms.fenPerSegment',
        label: '每条单价',
        kind: { type: 'number', unit: '分', min: 0.01, step: 0.1 },
      },
      {
        path: 'sms.yuanPerDayAtMost',
        label: '每天费用上限',
        help: '到上限后其余短信等到零点；留空为不限',
        kind: { type: 'money' },
      },
    ],
  },
  {
    title: '电话回访',
    fields: [
      { path: 'callback.dueHours', label: '回访期限', kind: wholeHours },
      {
        path: 'callback.dueHoursKind',
        label: '期限按',
        kind: {
          type: 'choice',
          options: [
            { value: 'clock', label: '自然小时' },
            { value: 'working', label: '工作时间' },
          ],
        },
      },
      { path: 'callback.officeHours.from', label: '工作时间从', kind: { type: 'time' } },
      { path: 'callback.officeHours.to', label: '到', kind: { type: 'time' } },
      { path: 'callback.callingWindow.from', label: '可拨打从', kind: { type: 'time' } },
      { path: 'callback.callingWindow.to', label: '到', kind: { type: 'time' } },
      { path: 'callback.callingWindow.blockedDays', label: '不拨打的日子', kind: { type: 'days' } },
      {
        path: 'callback.attemptLimit',
        label: '最多拨打',
        kind: { type: 'number', unit: '次', min: 1, step: 1 },
      },
      { path: 'callback.busyRetrySeconds', label: '占线后', kind: minutes },
      { path: 'callback.noAnswerRetry', label: '无人接听后', kind: { type: 'retry' } },
      { path: 'callback.offRetry', label: '关机后', kind: { type: 'retry', orAsNoAnswer: true } },
      {
        path: 'callback.hungUpRetry',
        label: '挂断后',
        kind: { type: 'retry', orAsNoAnswer: true },
      },
      { path: 'callback.leaseSeconds', label: '领取后保留', kind: minutes },
      { path: 'callback.undoSeconds', label: '记录可撤销', kind: seconds },
      {
        path: 'callback.soonMinutes',
        label: '期限前多久算即将超时',
        kind: { type: 'number', unit: '分钟', min: 1, step: 1 },
      },
      {
        path: 'callback.exportWholeNumbers',
        label: '督办员可导出完整号码',
        help: '每次导出都记入审计',
        kind: { type: 'switch' },
      },
      { path: 'callback.draw.satisfiedPerUnitPerDay', label: '抽访满意的', kind: perDay },
      { path: 'callback.draw.noReplyPerUnitPerDay', label: '抽访没回复的', kind: perDay },
      { path: 'callback.draw.landlinePerUnitPerDay', label: '抽访座机', kind: perDay },
      { path: 'callback.draw.undeliveredPerUnitPerDay', label: '抽访未送达的', kind: perDay },
    ],
  },
  {
    title: '工作日历',
    fields: [
      {
        path: 'calendar.holidays',
        label: '补录放假日',
        help: '国务院公布新一年安排后补录，含 10 月 1 日即视为该年已录全；与程序自带的不同时，以此为准',
        kind: { type: 'days' },
      },
      { path: 'calendar.workdays', label: '补录调休上班日', kind: { type: 'days' } },
    ],
  },
  {
    title: '判读',
    fields: [
      {
        path: 'reply.confidenceFloor',
        label: '低于此把握转人工',
        kind: { type: 'percent' },
      },
      { path: 'reply.triageDueHours', label: '人工判读期限', kind: wholeHours },
      {
        path: 'reply.otherTextWithinHours',
        label: '多久内另有短信时含糊回复转人工',
        kind: wholeHours,
      },
      { path: 'reply.partsWithinSeconds', label: '长回复各段最多相隔', kind: seconds },
    ],
  },
  {
    title: '紧急回复的告警',
    fields: [
      { path: 'alarm.webhookAfterSeconds', label: '多久后通知接口', kind: seconds },
      { path: 'alarm.textAfterSeconds', label: '多久后发值班短信', kind: seconds },
      { path: 'alarm.textAgainSeconds', label: '值班短信间隔', kind: seconds },
      {
        path: 'alarm.textsAtMost',
        label: '值班短信最多',
        help: '0 为不发',
        kind: { type: 'number', unit: '条', min: 0, max: 10, step: 1 },
      },
    ],
  },
  {
    title: '短信平台',
    fields: [
      {
        path: 'sms.textsPerSecond',
        label: '每秒最多提交',
        kind: { type: 'number', unit: '条', min: 1, step: 1 },
      },
      {
        path: 'sms.queriesPerSecond',
        label: '每秒最多查询',
        kind: { type: 'number', unit: '次', min: 1, step: 1 },
      },
      { path: 'sms.retryBackoffSeconds', label: '被拒后多久再试', kind: seconds },
      {
        path: 'sms.retryLimit',
        label: '最多再试',
        kind: { type: 'number', unit: '次', min: 0, step: 1 },
      },
      { path: 'sms.receiptMissingSeconds', label: '多久没有回执就查询', kind: hours },
      { path: 'sms.submittingStuckSeconds', label: '提交多久没有结果算中断', kind: seconds },
      { path: 'sms.unknownFirstLookSeconds', label: '结果不明多久后查询', kind: seconds },
      {
        path: 'sms.unknownEmptyApartSeconds',
        label: '两次查无记录至少相隔',
        help: '少于 30 分钟不足以证明没有发出',
        kind: minutes,
      },
      {
        path: 'sms.resendWhenShownNotToHaveIt',
        label: '查实没有发出的重发',
        kind: { type: 'switch' },
      },
      { path: 'template.reviewLookSeconds', label: '审核中的模板多久查询一次', kind: minutes },
      { path: 'template.inUseLookSeconds', label: '使用中的模板多久查询一次', kind: hours },
      { path: 'template.applyApartSeconds', label: '两次申请模板至少相隔', kind: seconds },
      {
        path: 'template.appliesPerDay',
        label: '每天最多申请模板',
        kind: { type: 'number', unit: '个', min: 1, max: 100, step: 1 },
      },
    ],
  },
  {
    title: '点击拨号（接入电话交换机后生效）',
    fields: [
      { path: 'telephony.agentRingSeconds', label: '话务员话机响铃', kind: seconds },
      {
        path: 'telephony.citizenRingSeconds',
        label: '群众话机响铃',
        help: '到时仍未接听记为无人接听；运营商自身约 60 秒',
        kind: seconds,
      },
      {
        path: 'telephony.callsAtMost',
        label: '同时通话最多',
        help: '不超过中继线的路数',
        kind: { type: 'number', unit: '路', min: 1, max: 1_000, step: 1 },
      },
      {
        path: 'telephony.callerId',
        label: '显示给群众的号码',
        kind: { type: 'text', placeholder: '按中继线的号码' },
      },
      {
        path: 'telephony.callerIdOfUnits',
        label: '单独设置号码的单位',
        help: '对该单位及其下级生效，取最近的一级；须为中继线上允许显示的号码',
        kind: { type: 'unit_texts', placeholder: '051683450000' },
      },
      {
        path: 'telephony.recording',
        label: '通话录音',
        kind: {
          type: 'choice',
          options: [
            { value: 'off', label: '不录音' },
            { value: 'ask', label: '征得同意后' },
            { value: 'on', label: '播放告知后' },
          ],
        },
        perBusiness: true,
      },
      {
        path: 'telephony.noticeMedia',
        label: '录音告知提示音',
        help: '交换机上的声音文件，如 sound:huifang/recording-notice；播放完才开始录音',
        kind: { type: 'text', placeholder: 'sound:huifang/recording-notice' },
      },
      {
        path: 'telephony.recordingDays',
        label: '录音保存',
        kind: { type: 'number', unit: '天', min: 1, max: 3_650, step: 1 },
      },
    ],
  },
  {
    title: '保存期限与登录',
    fields: [
      {
        path: 'retention.citizenDataDays',
        label: '群众个人信息保存',
        help: '此后抹去姓名、号码和原文，评价照常统计',
        kind: { type: 'number', unit: '天', min: 1, step: 1 },
      },
      { path: 'retention.rawPushMonths', label: '平台原始推送保存', kind: months },
      { path: 'retention.caseMonths', label: '案件保存', kind: months },
      { path: 'retention.outcomeMonths', label: '评价结果保存', kind: months },
      { path: 'retention.auditMonths', label: '审计保存', kind: months },
      {
        path: 'access.sessionIdleMinutes',
        label: '多久无操作退出登录',
        kind: { type: 'number', unit: '分钟', min: 1, max: 1_440, step: 1 },
      },
      { path: 'access.sessionHours', label: '登录最长', kind: wholeHours },
    ],
  },
]

const fields = fieldGroups.flatMap((group) => group.fields)

/** What a path is called: 户政 · 办结后多久发. Paths without a field keep their own name. */
export function labelOf(path: string): string {
  const exact = fields.find((field) => field.path === path)
  if (exact) return exact.label
  const parent = fields.find((field) => path.startsWith(`${field.path}.`))
  if (!parent) return path
  const rest = path.slice(parent.path.length + 1)
  return parent.perBusiness && (businesses as readonly string[]).includes(rest)
    ? `${rest} · ${parent.label}`
    : `${parent.label} · ${rest}`
}

/** The field that a path belongs to. */
export const fieldOf = (path: string): Field | undefined =>
  fields.find((field) => field.path === path || path.startsWith(`${field.path}.`))

type Settings = Record<string, unknown>

export function valueAt(settings: Settings, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((at, name) => (at as Settings | undefined)?.[name], settings)
}

/** The same settings with one changed. */
export function withValue(settings: Settings, path: string, value: unknown): Settings {
  const [name, ...rest] = path.split('.')
  const next =
    rest.length === 0
      ? value
      : withValue((settings[name!] as Settings | undefined) ?? {}, rest.join('.'), value)
  return { ...settings, [name!]: next }
}

/** A value in words. */
export function say(path: string, value: unknown): string {
  const kind = fieldOf(path)?.kind
  if (value === null || value === undefined) {
    return kind?.type === 'money' ? '不限' : kind?.type === 'retry' ? '同无人接听' : '无'
  }
  if (typeof value === 'boolean') return value ? '是' : '否'
  if (Array.isArray(value)) return value.length === 0 ? '无' : value.join('、')
  if (typeof value === 'string') {
    const options = kind?.type === 'choice' ? kind.options : halfDay
    return options.find((option) => option.value === value)?.label ?? value
  }
  if (typeof value !== 'number') {
    const entries = Object.entries(value)
    const worded = (each: unknown) => (typeof each === 'number' ? `${each * 100} %` : String(each))
    return entries.map(([name, each]) => `${name} ${worded(each)}`).join('、') || '无'
  }
  if (kind?.type === 'percent' || kind?.type === 'units') return `${value * 100} %`
  if (kind?.type === 'number') return `${value / (kind.perUnit ?? 1)} ${kind.unit}`.trim()
  if (kind?.type === 'retry') return `${value / 60} 分钟`
  return kind?.type === 'money' ? `${value} 元` : value.toString()
}

const halfDay = [{ value: 'half_day', label: '换个半天' }]
