import { Alert, Button, Form, Input, type InputRef } from 'antd'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { errorCatalogue } from '../../foundation/errors.ts'
import { get, type ApiError } from '../foundation/api.ts'
import { useSessionAccess } from '../foundation/session.tsx'

interface Fields {
  name: string
  password: string
}

/** Why the provider's way back led here without a session; told in the address. */
function refusalInAddress(): string | null {
  const code = new URLSearchParams(location.search).get('refused') ?? ''
  const known = code.startsWith('auth.sso_') && code in errorCatalogue
  return known ? errorCatalogue[code as keyof typeof errorCatalogue].message : null
}

/** Who are you? Also shown over a page whose session ran out, which stays as it is behind it. */
export function LoginForm({ name }: { name?: string }) {
  const { logIn } = useSessionAccess()
  const [form] = Form.useForm<Fields>()
  const [fault, setFault] = useState<string | null>(refusalInAddress)
  const [busy, setBusy] = useState(false)
  const ways = useQuery({
    queryKey: ['ways'],
    queryFn: () => get<{ singleSignOn: boolean }>('/api/v1/session/ways'),
    staleTime: Infinity,
  })
  const first = useRef<InputRef>(null)
  useEffect(() => first.current?.focus(), [])
  const enter = async ({ name: who, password }: Fields) => {
    setBusy(true)
    setFault(null)
    try {
      await logIn(who.trim(), password)
    } catch (error) {
      setFault((error as ApiError).message)
      form.getFieldInstance('password')?.focus()
    } finally {
      setBusy(false)
    }
  }
  return (
    <Form
      form={form}
      layout="vertical"
      requiredMark={false}
      initialValues={{ name: name ?? '', password: '' }}
      onFinish={(fields) => void enter(fields)}
    >
      <Form.Item
        label="姓名或工号"
        name="name"
        rules={[{ required: true, whitespace: true, message: '请填写姓名或工号' }]}
      >
        <Input ref={name ? null : first} autoComplete="username" size="large" />
      </Form.Item>
      <Form.Item label="密码" name="password" rules={[{ required: true, message: '请填写密码' }]}>
        <Input.Password ref={name ? first : null} autoComplete="current-password" size="large" />
      </Form.Item>
      {fault && (
        <Alert type="error" showIcon role="alert" title={fault} style={{ marginBottom: 16 }} />
      )}
      <Button type="primary" size="large" block htmlType="submit" loading={busy}>
        登录
      </Button>
      {ways.data?.singleSignOn && (
        <Button size="large" block href="/api/v1/single-sign-on" style={{ marginTop: 12 }}>
          统一认证登录
        </Button>
      )}
    </Form>
  )
}

export function LoginPage() {
  return (
    <main className="door">
      <div className="sheet">
        <h1>回访工作台</h1>
        <p className="soft">公安民意跟踪监测中心</p>
        <LoginForm />
      </div>
    </main>
  )
}
