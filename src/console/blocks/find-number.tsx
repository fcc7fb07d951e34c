import { useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Form, Input } from 'antd'
import { useState } from 'react'
import { liftableKinds, type BlockKind, type LiftableKind } from '../../sms/block-kinds.ts'
import { post, type ApiError } from '../foundation/api.ts'
import { sayInstant } from '../foundation/clock.ts'
import { showFault } from '../foundation/form-fault.ts'
import { Reason } from '../foundation/reason.tsx'
import { kindWords } from './words.ts'

interface Block {
  kind: BlockKind
  since: string
  until: string | null
  reason: string
}
const isLiftable = (kind: BlockKind): kind is LiftableKind =>
  (liftableKinds as readonly BlockKind[]).includes(kind)

/** Whether a number is texted, why not, and the way back: a citizen who wants to be asked again, say. */
export function FindNumber() {
  const [form] = Form.useForm<{ number: string }>()
  const queries = useQueryClient()
  const [found, setFound] = useState<{ number: string; blocks: Block[] } | null>(null)
  const [lifting, setLifting] = useState<LiftableKind | null>(null)
  const [fault, setFault] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const find = async (number: string) => {
    setBusy(true)
    setFault(null)
    try {
      const { blocks } = await post<{ blocks: Block[] }>('/api/v1/contact-blocks/find', { number })
      setFound({ number, blocks })
    } catch (error) {
      setFound(null)
      setFault(showFault(form, error as ApiError))
    } finally {
      setBusy(false)
    }
  }
  return (
    <section className="sheet" aria-label="查询号码">
      <h2>查询号码</h2>
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        onFinish={({ number }) => void find(number.trim())}
      >
        <Form.Item
          name="number"
          label="电话号码"
          extra="查询会记入审计，号码不会保存"
          rules={[{ required: true, whitespace: true, message: '请填写号码' }]}
        >
          <Input inputMode="tel" autoComplete="off" allowClear />
        </Form.Item>
        <Button htmlType="submit" loading={busy}>
          查询
        </Button>
      </Form>
      {fault && <Alert type="error" showIcon role="alert" title={fault} />}
      <div aria-live="polite">
        {found?.blocks.length === 0 && <p className="ok">没有限制，可以发送</p>}
        {found && found.blocks.length > 0 && (
          <ul className="changes">
            {found.blocks.map(({ kind, since, until, reason }) => (
              <li key={`${kind} ${since}`}>
                <b>{kindWords[kind]}</b> {reason}
                <br />
                <span className="quiet">
                  {sayInstant(since)} 起，{until ? `${sayInstant(until)} 止` : '长期'}
                </span>{' '}
                {isLiftable(kind) ? (
                  <Button size="small" onClick={() => setLifting(kind)}>
                    解除…
                  </Button>
                ) : (
                  <span className="quiet">由短信平台管理，请在平台上申请解除</span>
                )}
              </li>
            ))}
          </ul>
        )}
      </div>
      {lifting && found && (
        <Reason
          title={`解除：${kindWords[lifting]}`}
          says="解除后该号码可以再收到征求意见短信。"
          ok="解除"
          onClose={() => setLifting(null)}
          act={async (reason) => {
            const { number } = found
            await post('/api/v1/contact-blocks/lift', { number, kind: lifting, reason })
            setLifting(null)
            await queries.invalidateQueries({ queryKey: ['blocks'] })
            await find(number)
          }}
        />
      )}
    </section>
  )
}
