import { Alert, DatePicker, Input, Modal, Radio } from 'antd'
import type { Dayjs } from 'dayjs'
import { useState } from 'react'
import type { PolicyChange } from '../../policy/changes.ts'
import type { ApiError } from '../foundation/api.ts'
import { dayOf, nowMs } from '../foundation/clock.ts'
import { ChangeList } from './changes.tsx'

/** When and why, with everything that changes before one's eyes. */
export function Activate({
  changes,
  act,
  onClose,
}: {
  changes: readonly PolicyChange[]
  act: (inForceAt: string | null, why: string) => Promise<void>
  onClose: () => void
}) {
  const [later, setLater] = useState(false)
  const [at, setAt] = useState<Dayjs | null>(null)
  const [why, setWhy] = useState('')
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState<string | null>(null)
  const go = async () => {
    setBusy(true)
    setFault(null)
    try {
      // The bureau's clock, whatever the desk's own zone is.
      const inForceAt = later ? `${at!.format('YYYY-MM-DD[T]HH:mm')}:00+08:00` : null
      await act(inForceAt, why.trim())
    } catch (error) {
      setFault((error as ApiError).message)
      setBusy(false)
    }
  }
  return (
    <Modal
      open
      title={`启用策略：${changes.length} 处改动`}
      okText={later ? '定时启用' : '立即启用'}
      cancelText="取消"
      confirmLoading={busy}
      okButtonProps={{ disabled: why.trim() === '' || (later && at === null) }}
      onOk={() => void go()}
      onCancel={onClose}
    >
      <ChangeList changes={changes} />
      <Radio.Group
        value={later}
        onChange={({ target }) => setLater(target.value as boolean)}
        options={[
          { value: false, label: '立即生效' },
          { value: true, label: '到时生效' },
        ]}
      />
      {later && (
        <DatePicker
          aria-label="生效时间"
          showTime={{ format: 'HH:mm' }}
          format="YYYY-MM-DD HH:mm"
          disabledDate={(day) => day.format('YYYY-MM-DD') < dayOf(nowMs())}
          value={at}
          onChange={setAt}
        />
      )}
      <p>
        <label htmlFor="activate-why">原因（记入审计）</label>
        <Input
          id="activate-why"
          autoFocus
          value={why}
          maxLength={500}
          onChange={({ target }) => setWhy(target.value)}
        />
      </p>
      {fault && <Alert type="error" showIcon role="alert" title={fault} />}
    </Modal>
  )
}
