import { z } from 'zod'
import { flatten } from './changes.ts'
import { policySchema, type Policy } from './policy.ts'

/** What is wrong with a setting, in words for an administrator. */
export interface PolicyFault {
  /** The path of the setting, `survey.delaySeconds.户政`. */
  field: string
  reason: string
}

/** Settings as an administrator wrote them, read whole: either all faults, or the policy with its defaults. */
export type ReadPolicy =
  | { policy: Policy; faults: [] }
  | { policy: null; faults: [PolicyFault, ...PolicyFault[]] }

/** `sandbox` lifts the floors that protect citizens from being texted twice, or from being kept too short. */
export function readPolicy(settings: unknown, sandbox: boolean): ReadPolicy {
  const parsed = policySchema.safeParse(settings, { error: z.locales.zhCN().localeError })
  const faults = parsed.success
    ? [...unknownSettings(settings, parsed.data), ...ruleFaults(parsed.data, sandbox)]
    : parsed.error.issues.map(({ path, message }) => ({
        field: path.map(String).join('.'),
        reason: message,
      }))
  const [first, ...others] = faults
  if (first) return { policy: null, faults: [first, ...others] }
  return { policy: parsed.data!, faults: [] }
}

// A name that was misspelt would be left out in silence, and the default put in force instead.
function unknownSettings(settings: unknown, policy: Policy): PolicyFault[] {
  const known = flatten(policy)
  return [...flatten(settings).keys()]
    .filter((field) => !known.has(field))
    .map((field) => ({ field, reason: '没有这一项设置，请检查名称' }))
}

function ruleFaults(policy: Policy, sandbox: boolean): PolicyFault[] {
  const { survey, sms, alarm, retention, callback, calendar, telephony } = policy
  const faults: PolicyFault[] = []
  const hold = (holds: boolean, field: string, reason: string) => {
    if (!holds) faults.push({ field, reason })
  }
  hold(
    sandbox || sms.unknownEmptyApartSeconds >= 30 * 60,
    'sms.unknownEmptyApartSeconds',
    '不能少于 1800 秒：间隔过短不足以证明平台没有收到，群众可能收到两条相同的短信',
  )
  hold(sandbox || alarm.textAgainSeconds >= 60, 'alarm.textAgainSeconds', '不能少于 60 秒')
  hold(sandbox || retention.citizenDataDays >= 30, 'retention.citizenDataDays', '不能少于 30 天')
  hold(
    retention.outcomeMonths >= retention.caseMonths,
    'retention.outcomeMonths',
    '不能短于 retention.caseMonths：评价结果须比案件保存得久',
  )
  hold(
    survey.remindAfterSeconds < survey.replyWindowSeconds,
    'survey.remindAfterSeconds',
    '须早于回复期限 survey.replyWindowSeconds；不提醒请填 0',
  )
  hold(
    telephony.noticeMedia !== null || !Object.values(telephony.recording).includes('on'),
    'telephony.noticeMedia',
    '自动录音前须播放告知提示音：请填写提示音文件，或将录音改为“征得同意后”',
  )
  hold(
    telephony.recordingDays <= retention.citizenDataDays,
    'telephony.recordingDays',
    '不能长于 retention.citizenDataDays：录音不得比群众个人信息保存得久',
  )
  const both = calendar.holidays.find((day) => calendar.workdays.includes(day))
  hold(both === undefined, 'calendar.workdays', `${both} 不能既放假又上班`)
  for (const [field, { from, to }] of [
    ['survey.sendingWindow.to', survey.sendingWindow],
    ['callback.callingWindow.to', callback.callingWindow],
    ['callback.officeHours.to', callback.officeHours],
  ] as const) {
    hold(from < to, field, '须晚于开始时间')
  }
  return faults
}
