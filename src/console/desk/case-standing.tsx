import { Alert } from 'antd'
import { sayInstant } from '../foundation/clock.ts'
import { closeReasonWords, findingWords, resultWords, stateWords } from '../words.ts'
import type { Case } from './use-desk.ts'

/** Why one cannot record here, if so, and what to do. */
export function Standing({ of, lost, mine }: { of: Case; lost: string | null; mine: boolean }) {
  const { state, holder, closeReason, finding } = of.callback
  if (lost) {
    return (
      <Alert
        type="warning"
        showIcon
        role="alert"
        title={lost}
        description="您填写的内容还在本页，也保存在草稿里。按 L 重新领取后接着办；如已被同事领取，请先与其联系。"
      />
    )
  }
  if (mine) return null
  if (of.unsettled) {
    return (
      <Alert
        type="info"
        showIcon
        title={`已记录“${resultWords[of.unsettled.result]}”，${sayInstant(of.unsettled.settleAt)} 生效前可以撤销`}
      />
    )
  }
  if (state === 'claimed' || state === 'talking') {
    return (
      <Alert
        type="warning"
        showIcon
        role="alert"
        title={`${holder?.name ?? '同事'} 正在处理这个任务，您可以查看但不能记录`}
      />
    )
  }
  if (state === 'waiting') return null
  return (
    <Alert
      type="info"
      showIcon
      role="alert"
      title={[
        `该任务${stateWords[state]}`,
        closeReason && (closeReasonWords[closeReason] ?? closeReason),
        finding && findingWords[finding],
      ]
        .filter(Boolean)
        .join(' · ')}
    />
  )
}
