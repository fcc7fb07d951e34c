import { Alert, Button, Form, Input } from 'antd'
import { useState } from 'react'
import { passwordLengthMin } from '../../staff/password-length.ts'
import type { ApiError } from '../foundation/api.ts'
import { showFault } from '../foundation/form-fault.ts'
import { useSessionAccess } from '../foundation/session.tsx'

interface Fields {
  current: string
  next: string
  again: string
}

/** A new password: forced at the first log-in, or by one's own wish. */
export function PasswordForm({
  onDone,
  autoFocus = false,
}: {
  onDone?: () => void
  autoFocus?: boolean
}) {
  const { changePassword } = useSessionAccess()
  const [form] = Form.useForm<Fields>()
  const [fault, setFault] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const change = async ({ current, next }: Fields) => {
    setBusy(true)
    setFault(null)
    try {
      await changePassword(current, next)
      onDone?.()
    } catch (error) {
      setFault(showFault(form, error as ApiError))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Form
      form={form}
      layout="vertical"
      requiredMark={false}
      onFinish={(fields) => void change(fields)}
    >
      <Form.Item
        label="当前密码"
        name="current"
        rules={[{ required: true, message: '请填写当前密码' }]}
      >
        <Input.Password autoFocus={autoFocus} autoComplete="current-password" size="large" />
      </Form.Item>
      <Form.Item
        label="新密码"
        name="next"
        extra={`至少 ${passwordLengthMin} 个字符；可以是一句只有您知道的话`}
        rules={[
          { required: true, message: '请填写新密码' },
          { min: passwordLengthMin, message: `新密码至少 ${passwordLengthMin} 个字符` },
        ]}
      >
        <Input.Password autoComplete="new-password" size="large" />
      </Form.Item>
      <Form.Item
        label="再输一遍新密码"
        name="again"
        dependencies={['next']}
        rules={[
          { required: true, message: '请再输一遍新密码' },
          ({ getFieldValue }) => ({
            validator: (_, value) =>
              !value || value === getFieldValue('next')
                ? Promise.resolve()
                : Promise.reject(new Error('两次输入的新密码不一致')),
          }),
        ]}
      >
        <Input.Password autoComplete="new-password" size="large" />
      </Form.Item>
      {fault && (
        <Alert type="error" showIcon role="alert" title={fault} style={{ marginBottom: 16 }} />
      )}
      <Button type="primary" size="large" block htmlType="submit" loading={busy}>
        更改密码
      </Button>
    </Form>
  )
}

export function PasswordPage() {
  const { logOut } = useSessionAccess()
  return (
    <main className="door">
      <div className="sheet">
        <h1>请先更改密码</h1>
        <p className="soft">您现在用的是管理员发给您的初始密码</p>
        <PasswordForm autoFocus />
        <Button type="link" block onClick={() => void logOut()}>
          退出登录
        </Button>
      </div>
    </main>
  )
}
