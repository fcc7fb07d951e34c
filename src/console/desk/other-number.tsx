import { Alert, Form, Input, Modal } from 'antd'
import { useState } from 'react'
import { put, type ApiError } from '../foundation/api.ts'
import { showFault } from '../foundation/form-fault.ts'

/** Another number of the citizen, found out by the agent: it is called from now on. */
export function OtherNumber({
  id,
  onClose,
  onDone,
}: {
  id: string
  onClose: () => void
  onDone: () => void
}) {
  const [form] = Form.useForm<{ number: string }>()
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState<string | null>(null)
  const save = async (fields: { number: string }) => {
    setBusy(true)
    try {
      await put(`/api/v1/callbacks/${id}/number`, fields)
      onDone()
    } catch (error) {
      setFault(showFault(form, error as ApiError))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Modal
      open
      title="改用其他号码"
      okText="改用这个号码"
      cancelText="取消"
      confirmLoading={busy}
      onCancel={onClose}
      onOk={form.submit}
      afterOpenChange={(open) => open && form.getFieldInstance('number')?.focus()}
    >
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        onFinish={(fields) => void save(fields)}
      >
        <Form.Item
          name="number"
          label="群众的号码"
          extra="只用于这次回访，加密保存；办件上的号码不变"
          rules={[{ required: true, whitespace: true, message: '请填写号码' }]}
        >
          <Input autoComplete="off" maxLength={30} />
        </Form.Item>
      </Form>
      {fault && <Alert type="error" showIcon role="alert" title={fault} />}
    </Modal>
  )
}
