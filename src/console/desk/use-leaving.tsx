import { Button, Modal } from 'antd'
import { useCallback, useRef, useState } from 'react'
import type { ApiError } from '../foundation/api.ts'
import { useGuard } from '../foundation/leaving.tsx'

/** Asks whoever leaves a case at work what is to become of it; `leaveFreely` lets the next one go unasked. */
export function useLeaving({
  working,
  giveBack,
  keep,
  refuse,
}: {
  working: boolean
  giveBack: () => Promise<void>
  keep: () => Promise<unknown>
  refuse: (error: ApiError) => void
}) {
  const [leaving, setLeaving] = useState<((may: boolean) => void) | null>(null)
  const freely = useRef(false)
  const guard = useCallback(
    () =>
      working && !freely.current
        ? new Promise<boolean>((resolve) => setLeaving(() => resolve))
        : Promise.resolve(true),
    [working],
  )
  useGuard(guard)
  const leaveFreely = useCallback(() => {
    freely.current = true
  }, [])
  const answer = async (how: 'give-back' | 'keep' | 'stay') => {
    if (how === 'give-back') {
      try {
        await giveBack()
      } catch (error) {
        refuse(error as ApiError)
        return
      }
    }
    if (how === 'keep') await keep()
    leaving?.(how !== 'stay')
    setLeaving(null)
  }
  const dialog = (
    <Modal
      open={leaving !== null}
      title="这个任务还在您手上"
      onCancel={() => void answer('stay')}
      footer={[
        <Button key="stay" onClick={() => void answer('stay')}>
          留在本页
        </Button>,
        <Button key="keep" onClick={() => void answer('keep')}>
          保留占用并离开
        </Button>,
        <Button key="back" type="primary" autoFocus onClick={() => void answer('give-back')}>
          交回队列并离开
        </Button>,
      ]}
    >
      还没有提交通话记录。交回后其他同事可以领取；已填写的内容保存在草稿里。
    </Modal>
  )
  return { leaveFreely, dialog }
}
