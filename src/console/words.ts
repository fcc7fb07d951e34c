import type { CallResult } from '../telephony/results.ts'
import type { AttemptResult, CallbackOrigin, CallbackState, Finding } from '../callback/rules.ts'
import type { QueueScope } from '../callback/schema/queue.ts'
import type { Rating } from '../foundation/rating.ts'
import type { ReplyReason } from '../reply/verdict.ts'
import type { Role } from './foundation/session.tsx'

// The field's own words for everything that the API names.

export const ratingWords: Record<Rating, string> = {
  very_satisfied: '非常满意',
  satisfied: '满意',
  basically_satisfied: '基本满意',
  dissatisfied: '不满意',
  very_dissatisfied: '非常不满意',
}

export const resultWords: Record<AttemptResult, string> = {
  reached: '接通',
  busy: '占线',
  no_answer: '无人接听',
  off: '关机或停机',
  wrong_number: '号码不是本人',
  refused: '拒绝回访',
  hung_up: '中途挂断',
  call_later: '另约时间',
}

/** What came of a call that the exchange made, with what to do where it says nothing of the citizen. */
export const callResultWords: Record<CallResult, string> = {
  answered: '已接通',
  busy: '占线',
  no_answer: '无人接听',
  rejected: '对方拒接',
  invalid_number: '空号或号码有误',
  unreachable: '关机或无法接通',
  failed: '没有拨通（线路或话机故障），可以重拨',
  agent_no_answer: '您的话机没有接听，可以重拨',
  agent_busy: '您的话机占线，挂好话机后重拨',
  agent_rejected: '您的话机拒接了，可以重拨',
  agent_cancelled: '已取消，可以重拨',
  unknown: '结果不明：请按实际情况填写记录，不确定时先不要重拨',
}

export const findingWords: Record<Finding, string> = {
  upheld: '成立',
  partly_upheld: '部分成立',
  not_upheld: '不成立',
  mistaken: '误评',
}

export const originWords: Record<CallbackOrigin, string> = {
  dissatisfied: '不满意',
  conflict: '评价矛盾',
  sample: '抽样',
  landline: '座机',
  undelivered: '未送达',
  urgent: '紧急',
  hotline: '热线投诉',
  revisit: '整改回访',
}

export const stateWords: Record<CallbackState, string> = {
  waiting: '待回访',
  claimed: '已领取',
  talking: '通话中',
  resolved: '已办结',
  unreachable: '未联系上',
  cancelled: '已取消',
}

export const scopeWords: Record<QueueScope, string> = {
  due: '现在可拨',
  soon: '即将超时',
  overdue: '已超时',
  later: '约定稍后',
  claimed: '处理中',
  mine: '我的',
}

export const reasonWords: Record<ReplyReason, string> = {
  attitude: '服务态度',
  efficiency: '办理效率',
  procedure: '程序与告知',
  fairness: '执法公正',
  response: '出警速度',
  integrity: '廉洁',
  result: '办理结果',
  environment: '场所环境',
  other: '其他',
}

export const roleWords: Record<Role, string> = {
  agent: '回访员',
  supervisor: '督办员',
  handler: '承办人',
  administrator: '管理员',
  auditor: '审计员',
}

export const closeReasonWords: Record<string, string> = {
  wrong_number: '号码不是本人',
  refused: '拒绝回访',
  attempts_used_up: '多次未联系上',
}

const dispositions: Record<string, string> = {
  ...ratingWords,
  no_reply: '未回复',
  in_triage: '待人工判读',
  to_be_called: '待回访',
  opted_out: '已退订',
  no_rating: '无评价',
  wrong_person: '号码不是本人',
  superseded: '被新事项取代',
  callback_resolved: '已回访',
  callback_unreachable: '未联系上',
  callback_cancelled: '拒绝回访',
  pending: '进行中',
}
export const dispositionWord = (result: string | null): string =>
  result === null ? '未发短信' : (dispositions[result] ?? result)

/** What a rule of the reader concluded, as evidence shows it. */
export const sayWord = (says: string): string =>
  ratingWords[says as Rating] ??
  reasonWords[says as ReplyReason] ??
  {
    urgent: '疑似紧急',
    opt_out: '退订',
    wrong_person: '号码不是本人',
    question: '提问',
    conflict: '前后矛盾',
  }[says] ??
  says
