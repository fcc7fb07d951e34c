import { useQueryClient } from '@tanstack/react-query'
import { Alert, App, Form, Modal } from 'antd'
import { useState } from 'react'
import { HandingFields, type Handing } from '../desk/colleagues.tsx'
import { post, type ApiError } from '../foundation/api.ts'

const formId = 'reassign'

/**
 * Gives cases to somebody, from the queue or from whoever has them. Each is given by itself: those that are
 * refused stay chosen, with the reason, and the others are done.
 */
export function Reassign({
  ids,
  onClose,
  onDone,
}: {
  ids: readonly string[]
  onClose: () => void
  onDone: () => void
}) {
  const [form] = Form.useForm<Handing>()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const [left, setLeft] = useState(ids)
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState<string | null>(null)

  const submit = async (fields: Handing) => {
    setBusy(true)
    setFault(null)
    const refused: string[] = []
    const reasons = new Set<string>()
    for (const id of left) {
      try {
        await post(`/api/v1/callbacks/${id}/reassign`, fields)
      } catch (error) {
        refused.push(id)
        reasons.add((error as ApiError).message)
      }
    }
    setBusy(false)
    await queries.invalidateQueries({ queryKey: ['callbacks'] })
    if (refused.length === 0) {
      void message.success(`已改派 ${left.length} 件`)
      onDone()
      return
    }
    const done = left.length - refused.length
    setLeft(refused)
    setFault(
      `${done > 0 ? `已改派 ${done} 件；` : ''}${refused.length} 件没有改派：${[...reasons].join('；')}`,
    )
  }
  return (
    <Modal
      open
      title={left.length === 1 ? '改派' : `改派 ${left.length} 件`}
      okText="改派"
      cancelText="取消"
      confirmLoading={busy}
      okButtonProps={{ htmlType: 'submit', form: formId }}
      onCancel={onClose}
      afterOpenChange={(open) => open && form.getFieldInstance('to')?.focus()}
    >
      <Form
        id={formId}
        form={form}
        layout="vertical"
        requiredMark={false}
        onFinish={(fields: Handing) => void submit(fields)}
      >
        <HandingFields />
      </Form>
      {fault && <Alert type="error" showIcon role="alert" title={fault} />}
    </Modal>
  )
}
