import { useQueryClient } from '@tanstack/react-query'
import { Alert, Button, DatePicker, Form, Input, Select } from 'antd'
import type { Dayjs } from 'dayjs'
import { useRef, useState } from 'react'
import { keptKinds, listedAtMost, type KeptKind } from '../../sms/block-kinds.ts'
import { post, type ApiError } from '../foundation/api.ts'
import { showFault } from '../foundation/form-fault.ts'
import { kindWords } from './words.ts'

interface Fields {
  kind: KeptKind
  numbers: string
  until?: Dayjs | null
  reason: string
}
interface Answer {
  listed: number
  bad: { line: number; reason: string }[]
}
const badShown = 20

/** Takes numbers into a list, typed, pasted or from a file. Lines that are no number stop none of the others. */
export function ListNumbers() {
  const [form] = Form.useForm<Fields>()
  const queries = useQueryClient()
  const picker = useRef<HTMLInputElement>(null)
  const [answer, setAnswer] = useState<Answer | null>(null)
  const [fault, setFault] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const list = async ({ kind, numbers, until, reason }: Fields) => {
    const lines = numbers.split('\n').map((line) => line.trim())
    while (lines.at(-1) === '') lines.pop()
    setAnswer(null)
    setFault(null)
    if (lines.length > listedAtMost) {
      return setFault(`一次最多 ${listedAtMost} 个号码，这里有 ${lines.length} 行，请分批登记`)
    }
    setBusy(true)
    try {
      const taken = await post<Answer>('/api/v1/contact-blocks', {
        kind,
        numbers: lines,
        // To the end of the day, by the bureau's clock.
        until: until ? `${until.format('YYYY-MM-DD')}T23:59:59+08:00` : null,
        reason,
      })
      setAnswer(taken)
      if (taken.bad.length === 0) form.resetFields()
      await queries.invalidateQueries({ queryKey: ['blocks'] })
    } catch (error) {
      setFault(showFault(form, error as ApiError))
    } finally {
      setBusy(false)
    }
  }
  const takeFile = async (file: File | undefined) => {
    if (file) form.setFieldValue('numbers', await file.text())
  }
  return (
    <section className="sheet" aria-label="登记号码">
      <h2>登记号码</h2>
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ kind: 'excluded', numbers: '', until: null, reason: '' }}
        onFinish={(fields) => void list(fields)}
      >
        <Form.Item name="kind" label="类别">
          <Select options={keptKinds.map((kind) => ({ value: kind, label: kindWords[kind] }))} />
        </Form.Item>
        <Form.Item
          name="numbers"
          label="号码（每行一个）"
          rules={[{ required: true, whitespace: true, message: '请填写号码' }]}
        >
          <Input.TextArea autoComplete="off" style={{ minHeight: '8rem' }} />
        </Form.Item>
        <p>
          <Button onClick={() => picker.current?.click()}>从文本文件读入…</Button>
          <input
            ref={picker}
            type="file"
            accept=".txt,.csv"
            aria-label="号码文件"
            className="out-of-sight"
            tabIndex={-1}
            onChange={({ target }) => {
              void takeFile(target.files?.[0])
              target.value = ''
            }}
          />
        </p>
        <Form.Item name="until" label="到期日（不填为长期）">
          <DatePicker />
        </Form.Item>
        <Form.Item
          name="reason"
          label="原因"
          rules={[{ required: true, whitespace: true, message: '请填写原因' }]}
        >
          <Input maxLength={200} />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={busy}>
          登记
        </Button>
      </Form>
      {answer && (
        <Alert
          type={answer.bad.length === 0 ? 'success' : 'warning'}
          showIcon
          role="status"
          title={`已登记 ${answer.listed} 个号码${answer.bad.length > 0 ? `，${answer.bad.length} 行没有登记` : ''}`}
          description={
            answer.bad.length > 0 &&
            answer.bad
              .slice(0, badShown)
              .map(({ line, reason }) => `第 ${line} 行：${reason}`)
              .concat(answer.bad.length > badShown ? ['……'] : [])
              .join('；')
          }
        />
      )}
      {fault && <Alert type="error" showIcon role="alert" title={fault} />}
    </section>
  )
}
