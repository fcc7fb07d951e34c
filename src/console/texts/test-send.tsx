import { Alert, Form, Input, Modal } from 'antd'
import { useState } from 'react'
import { post, type ApiError } from '../foundation/api.ts'
import { showFault } from '../foundation/form-fault.ts'
import type { Version } from './use-texts.ts'

interface Fields {
  phone: string
}
interface Answer {
  outcome: 'accepted' | 'rejected' | 'unknown'
  says: string
}
const tones = { accepted: 'success', rejected: 'error', unknown: 'warning' } as const

/** Texts one's own phone, as a citizen would get it. The number goes nowhere else. */
export function TestSend({ version, onClose }: { version: Version; onClose: () => void }) {
  const [form] = Form.useForm<Fields>()
  const [busy, setBusy] = useState(false)
  const [answer, setAnswer] = useState<Answer | null>(null)
  const [fault, setFault] = useState<string | null>(null)
  const send = async ({ phone }: Fields) => {
    setBusy(true)
    setFault(null)
    setAnswer(null)
    try {
      setAnswer(await post<Answer>(`/api/v1/templates/${version.id}/test`, { phone }))
    } catch (error) {
      setFault(showFault(form, error as ApiError))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Modal
      open
      title={`试发：${version.key} 第 ${version.version} 版`}
      okText="发一条"
      cancelText="关闭"
      confirmLoading={busy}
      okButtonProps={{ htmlType: 'submit', form: 'test-send' }}
      onCancel={onClose}
      afterOpenChange={(open) => open && form.getFieldInstance('phone')?.focus()}
    >
      <Form
        id="test-send"
        form={form}
        layout="vertical"
        requiredMark={false}
        onFinish={(fields) => void send(fields)}
      >
        <Form.Item
          name="phone"
          label="您自己的手机号码"
          extra="号码不会保存，试发会记入审计；对试发短信的回复不算评价。每小时最多 10 条。"
          rules={[{ required: true, message: '请填写手机号码' }]}
        >
          <Input inputMode="tel" autoComplete="off" />
        </Form.Item>
      </Form>
      {answer && <Alert type={tones[answer.outcome]} showIcon role="status" title={answer.says} />}
      {fault && <Alert type="error" showIcon role="alert" title={fault} />}
    </Modal>
  )
}
