import { Button, Checkbox, DatePicker, Form, Input, Modal } from 'antd'
import type { Dayjs } from 'dayjs'
import { useState } from 'react'
import type { FoundCase } from '../../callback/schema/lead.ts'
import { download, post, type ApiError } from '../foundation/api.ts'
import { sayInstant } from '../foundation/clock.ts'
import { useGo } from '../foundation/leaving.tsx'
import { Deadline, Nothing, Trouble } from '../foundation/parts.tsx'
import { useSession } from '../foundation/session.tsx'
import type { Wire } from '../foundation/wire.ts'
import { findingWords, ratingWords, stateWords } from '../words.ts'
import { OriginPill } from '../desk/rows.tsx'
import { Reassign } from './reassign.tsx'

interface Fields {
  phone?: string
  externalId?: string
  unitCode?: string
  officerCode?: string
  period?: [Dayjs, Dayjs] | null
}

const open = ['waiting', 'claimed', 'talking']

/** Finds callbacks. What is typed goes into the body of a request, never into an address. */
export default function Search() {
  const { staff } = useSession()
  const go = useGo()
  const [form] = Form.useForm<Fields>()
  const [found, setFound] = useState<Wire<FoundCase>[] | null>(null)
  const [fault, setFault] = useState<Error | null>(null)
  const [busy, setBusy] = useState(false)
  const [moving, setMoving] = useState<string | null>(null)
  const [exporting, setExporting] = useState(false)

  const conditions = ({ period, ...fields }: Fields) =>
    Object.fromEntries(
      Object.entries({
        ...fields,
        from: period?.[0]?.format('YYYY-MM-DD'),
        to: period?.[1]?.format('YYYY-MM-DD'),
      }).filter(([, value]) => value !== undefined && value !== ''),
    )
  const search = async (fields: Fields) => {
    setBusy(true)
    setFault(null)
    try {
      const answer = await post<{ found: Wire<FoundCase>[] }>(
        '/api/v1/desk/search',
        conditions(fields),
      )
      setFound(answer.found)
    } catch (error) {
      const refused = error as ApiError
      const field = refused.field as keyof Fields | undefined
      if (field && ['phone', 'externalId', 'unitCode', 'officerCode'].includes(field)) {
        form.setFields([{ name: field, errors: [refused.reason ?? refused.message] }])
        form.getFieldInstance(field)?.focus()
      } else setFault(refused)
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className="inner">
      <div className="title-row">
        <h1>查找</h1>
        {staff.role === 'supervisor' && (
          <Button onClick={() => setExporting(true)}>导出 Excel…</Button>
        )}
      </div>
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        className="sheet search"
        onFinish={(fields) => void search(fields)}
      >
        <Form.Item name="phone" label="完整电话号码">
          <Input autoFocus autoComplete="off" inputMode="tel" allowClear />
        </Form.Item>
        <Form.Item name="externalId" label="业务编号">
          <Input autoComplete="off" allowClear />
        </Form.Item>
        <Form.Item name="unitCode" label="单位代码">
          <Input autoComplete="off" allowClear />
        </Form.Item>
        <Form.Item name="officerCode" label="民警警号">
          <Input autoComplete="off" allowClear />
        </Form.Item>
        <Form.Item name="period" label="回访开始于">
          <DatePicker.RangePicker />
        </Form.Item>
        <Form.Item label=" ">
          <Button type="primary" htmlType="submit" loading={busy} block>
            查找
          </Button>
        </Form.Item>
        <p className="quiet">查找会记入审计。</p>
      </Form>
      {fault && <Trouble error={fault} />}
      {found && (
        <section className="sheet" aria-label="查找结果" aria-live="polite">
          {found.length === 0 ? (
            <Nothing says="没有找到符合条件的回访" />
          ) : (
            <table className="plain">
              <thead>
                <tr>
                  <th scope="col">编号</th>
                  <th scope="col">办件</th>
                  <th scope="col">单位</th>
                  <th scope="col">电话</th>
                  <th scope="col">来源</th>
                  <th scope="col">状态</th>
                  <th scope="col">评价</th>
                  <th scope="col">期限</th>
                  <th scope="col">
                    <span className="out-of-sight">操作</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {found.map((row) => (
                  <tr key={row.id}>
                    <td className="number">{row.externalId}</td>
                    <td>
                      {row.business} · {row.item}
                    </td>
                    <td>{row.unitName}</td>
                    <td className="number">{row.phone}</td>
                    <td>
                      <OriginPill origin={row.origin} />
                    </td>
                    <td>
                      {stateWords[row.state]}
                      {row.finding && ` · ${findingWords[row.finding]}`}
                    </td>
                    <td>
                      {row.rating ? ratingWords[row.rating] : '—'}
                      {row.laterRating && ` → ${ratingWords[row.laterRating]}`}
                    </td>
                    <td>
                      {open.includes(row.state) ? (
                        <Deadline dueAt={row.dueAt} />
                      ) : (
                        row.closedAt && `${sayInstant(row.closedAt)} 结束`
                      )}
                    </td>
                    <td>
                      <Button size="small" onClick={() => void go(`/cases/${row.id}`)}>
                        打开
                      </Button>{' '}
                      {staff.role === 'supervisor' && open.includes(row.state) && (
                        <Button size="small" onClick={() => setMoving(row.id)}>
                          改派
                        </Button>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </section>
      )}
      {moving && (
        <Reassign
          ids={[moving]}
          onClose={() => setMoving(null)}
          onDone={() => {
            setMoving(null)
            void search(form.getFieldsValue())
          }}
        />
      )}
      {exporting && <Export onClose={() => setExporting(false)} />}
    </div>
  )
}

function Export({ onClose }: { onClose: () => void }) {
  const [form] = Form.useForm<{
    period: [Dayjs, Dayjs]
    unitCode?: string
    wholeNumbers?: boolean
  }>()
  const [fault, setFault] = useState<Error | null>(null)
  const [busy, setBusy] = useState(false)
  return (
    <Modal
      open
      title="导出回访记录"
      okText="导出"
      cancelText="取消"
      confirmLoading={busy}
      onCancel={onClose}
      onOk={form.submit}
    >
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        onFinish={({ period, unitCode, wholeNumbers }) => {
          const [from, to] = period.map((day) => day.format('YYYY-MM-DD'))
          setBusy(true)
          setFault(null)
          download('/api/v1/desk/export', `回访_${from}_${to}.xlsx`, {
            from,
            to,
            ...(unitCode ? { unitCode } : {}),
            wholeNumbers: wholeNumbers === true,
          })
            .then(onClose, setFault)
            .finally(() => setBusy(false))
        }}
      >
        <Form.Item
          name="period"
          label="回访开始于"
          rules={[{ required: true, message: '请选择起止日期' }]}
        >
          <DatePicker.RangePicker />
        </Form.Item>
        <Form.Item name="unitCode" label="单位代码（不填为全部）">
          <Input autoComplete="off" />
        </Form.Item>
        <Form.Item
          name="wholeNumbers"
          valuePropName="checked"
          extra="默认隐去中间四位；导出会记入审计"
        >
          <Checkbox>导出完整号码</Checkbox>
        </Form.Item>
      </Form>
      {fault && <Trouble error={fault} />}
    </Modal>
  )
}
