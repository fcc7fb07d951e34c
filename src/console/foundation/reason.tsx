import { Alert, Input, Modal } from 'antd'
import { useState } from 'react'
import type { ApiError } from './api.ts'

/** Asks why, for the record, before something takes effect. What was typed outlives a refusal. */
export function Reason({
  title,
  says,
  ok,
  act,
  onClose,
}: {
  title: string
  says: string
  ok: string
  act: (why: string) => Promise<void>
  onClose: () => void
}) {
  const [why, setWhy] = useState('')
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState<string | null>(null)
  const go = async () => {
    setBusy(true)
    setFault(null)
    try {
      await act(why.trim())
    } catch (error) {
      setFault((error as ApiError).message)
      setBusy(false)
    }
  }
  return (
    <Modal
      open
      title={title}
      okText={ok}
      cancelText="取消"
      confirmLoading={busy}
      okButtonProps={{ disabled: why.trim() === '' }}
      onOk={() => void go()}
      onCancel={onClose}
    >
      <p>{says}</p>
      <label htmlFor="reason-why">原因（记入审计）</label>
      <Input
        id="reason-why"
        autoFocus
        value={why}
        maxLength={500}
        onChange={({ target }) => setWhy(target.value)}
        onPressEnter={() => why.trim() !== '' && void go()}
      />
      {fault && (
        <Alert type="error" showIcon role="alert" title={fault} style={{ marginTop: 12 }} />
      )}
    </Modal>
  )
}
