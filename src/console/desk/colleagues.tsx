import { useQuery } from '@tanstack/react-query'
import { Alert, Form, Input, Modal, Select } from 'antd'
import { useState } from 'react'
import type { Colleague } from '../../callback/schema/colleagues.ts'
import type { ApiError } from '../foundation/api.ts'
import { get, post } from '../foundation/api.ts'
import { roleWords } from '../words.ts'
import type { Role } from '../foundation/session.tsx'

interface Dialog {
  id: string
  onClose: () => void
  onDone: () => void
}

export interface Handing {
  to: string
  text?: string
}

/** Gives the case that one is at to a colleague. */
export function HandOver({ id, onClose, onDone }: Dialog) {
  const [form] = Form.useForm<Handing>()
  const { submit, busy, fault } = useSubmit(`/api/v1/callbacks/${id}/hand-over`, onDone)
  return (
    <Modal
      open
      title="转交同事"
      okText="转交"
      cancelText="取消"
      confirmLoading={busy}
      onCancel={onClose}
      onOk={form.submit}
      // A dialog takes the focus for itself when it opens.
      afterOpenChange={(open) => open && form.getFieldInstance('to')?.focus()}
    >
      <Form form={form} layout="vertical" requiredMark={false} onFinish={submit}>
        <HandingFields />
      </Form>
      {fault && <Alert type="error" showIcon role="alert" title={fault} />}
    </Modal>
  )
}

/** To whom, and with what word. */
export function HandingFields() {
  const colleagues = useQuery({
    queryKey: ['callbacks', 'colleagues'],
    queryFn: () => get<{ colleagues: Colleague[] }>('/api/v1/callbacks/colleagues'),
  })
  return (
    <>
      <Form.Item name="to" label="交给" rules={[{ required: true, message: '请选择同事' }]}>
        <Select
          showSearch={{ optionFilterProp: 'label' }}
          loading={colleagues.isLoading}
          placeholder="输入姓名查找"
          options={(colleagues.data?.colleagues ?? []).map(
            ({ id: value, name, role, working }) => ({
              value,
              label: `${name} · ${roleWords[role as Role]} · 手上 ${working} 件`,
            }),
          )}
        />
      </Form.Item>
      <Form.Item name="text" label="留一句话">
        <Input.TextArea maxLength={500} rows={3} placeholder="例如：对方要求由男同事再联系" />
      </Form.Item>
    </>
  )
}

/** Asks the supervisors; with `answering`, answers what was asked. */
export function Question({ id, onClose, onDone, answering }: Dialog & { answering?: boolean }) {
  const [form] = Form.useForm<{ text: string }>()
  const { submit, busy, fault } = useSubmit(
    `/api/v1/callbacks/${id}/${answering ? 'answer' : 'question'}`,
    onDone,
  )
  return (
    <Modal
      open
      title={answering ? '答复请示' : '请示督办员'}
      okText={answering ? '答复' : '提交请示'}
      cancelText="取消"
      confirmLoading={busy}
      onCancel={onClose}
      onOk={form.submit}
      afterOpenChange={(open) => open && form.getFieldInstance('text')?.focus()}
    >
      <Form form={form} layout="vertical" requiredMark={false} onFinish={submit}>
        <Form.Item
          name="text"
          label={answering ? '答复' : '要请示的问题'}
          rules={[{ required: true, whitespace: true, message: '请填写内容' }]}
        >
          <Input.TextArea maxLength={500} rows={4} />
        </Form.Item>
      </Form>
      {fault && <Alert type="error" showIcon role="alert" title={fault} />}
    </Modal>
  )
}

function useSubmit(path: string, onDone: () => void) {
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState<string | null>(null)
  const submit = (fields: object) => {
    setBusy(true)
    setFault(null)
    post(path, fields)
      .then(onDone, (error: ApiError) => setFault(error.message))
      .finally(() => setBusy(false))
  }
  return { submit, busy, fault }
}
