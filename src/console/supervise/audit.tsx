import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Button, DatePicker, Form, Input, Select } from 'antd'
import type { Dayjs } from 'dayjs'
import { useState } from 'react'
import { get } from '../foundation/api.ts'
import { sayInstant, secondOf } from '../foundation/clock.ts'
import { Loaded, Nothing } from '../foundation/parts.tsx'

interface Entry {
  id: string
  at: string
  actor: string
  actorName: string | null
  action: string
  subjectKind: string
  subject: string
  details: Record<string, unknown> | null
  sealed: boolean
}

const actionWords: Record<string, string> = {
  'phone.reveal': '查看完整号码',
  'callback.claim': '领取任务',
  'callback.view': '查看任务',
  'callback.release': '交回任务',
  'callback.attempt': '记录通话',
  'callback.undo': '撤销记录',
  'callback.hand_over': '转交',
  'callback.reassign': '改派',
  'callback.ask': '请示',
  'callback.answer': '答复请示',
  'callback.search': '查找',
  'callback.export': '导出',
  'callback.other_number': '改用其他号码',
  'call.request': '点击拨号',
  'recording.consent': '征得同意后录音',
  'recording.listen': '收听录音',
  'rating.review': '复核评价',
  'triage.decide': '人工判读',
  'duty.take': '接手紧急回复',
  'shift.note': '交接班',
  'session.open': '登录',
  'session.refuse': '登录被拒',
  'session.revoke': '终止登录',
  'staff.create': '登记人员',
  'staff.change': '修改人员',
  'staff.disable': '停用人员',
  'staff.enable': '启用人员',
  'staff.phone': '选定话机',
  'staff.password_change': '更改密码',
  'staff.password_reset': '重置密码',
  'lexicon.activate': '启用词表',
  'triage.export': '导出判读样本',
  'doctor.mend': '修复数据',
  'sms.resume': '恢复发送',
  'policy.activate': '启用策略',
  'policy.plan': '定时启用策略',
  'policy.dry_run': '试算',
  'policy.withdraw': '撤回策略',
  'template.draft': '起草模板',
  'template.edit': '修改模板',
  'template.discard': '丢弃模板',
  'template.check': '检查模板',
  'template.submit': '提交模板审核',
  'template.handed_in': '模板送审',
  'template.approved': '模板审核通过',
  'template.refused': '模板审核未通过',
  'template.withdrawn': '模板被平台撤销',
  'template.fallback': '指定备用模板',
  'template.delete': '在平台删除模板',
  'template.plan': '启用模板',
  'template.test': '试发短信',
  'block.list': '登记不发送号码',
  'block.lift': '解除不发送',
  'block.look': '查询不发送号码',
  'unit.import': '导入单位',
  'key.issue': '发放密钥',
  'audit.read': '查阅审计',
}
const groups = [
  { value: 'phone.*', label: '查看号码' },
  { value: 'callback.*', label: '回访' },
  { value: 'callback.export', label: '导出' },
  { value: 'callback.search', label: '查找' },
  { value: 'triage.*', label: '人工判读' },
  { value: 'rating.*', label: '复核' },
  { value: 'session.*', label: '登录' },
  { value: 'staff.*', label: '人员' },
  { value: 'policy.*', label: '策略' },
  { value: 'template.*', label: '模板' },
  { value: 'block.*', label: '不发送名单' },
  { value: 'audit.*', label: '审计' },
]

interface Fields {
  action?: string
  actor?: string
  subject?: string
  period?: [Dayjs, Dayjs] | null
}

const pageSize = 100

/** Who saw or changed what: for the auditor, whose looking is on record too. */
export default function Audit() {
  const [filter, setFilter] = useState<Fields>({})
  const entries = useInfiniteQuery({
    queryKey: ['audit', filter],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) => {
      const query = new URLSearchParams({ limit: String(pageSize) })
      const { period, ...rest } = filter
      for (const [name, value] of Object.entries(rest)) if (value) query.set(name, value)
      if (period) {
        query.set('from', `${period[0].format('YYYY-MM-DD')}T00:00:00+08:00`)
        query.set('to', `${period[1].format('YYYY-MM-DD')}T23:59:59+08:00`)
      }
      if (pageParam) query.set('before', pageParam)
      return get<{ entries: Entry[]; next: string | null }>(`/api/v1/audit?${query}`)
    },
    getNextPageParam: ({ next }) => next,
  })
  const seal = useQuery({
    queryKey: ['audit-seal'],
    queryFn: () => get<LastSeal>('/api/v1/audit/seal'),
  })
  return (
    <div className="inner">
      <div className="title-row">
        <h1>审计</h1>
        {seal.data && <Seal of={seal.data} />}
      </div>
      <Form
        layout="vertical"
        className="sheet search"
        onFinish={(fields: Fields) => setFilter(fields)}
      >
        <Form.Item name="action" label="操作">
          <Select allowClear options={groups} placeholder="全部" />
        </Form.Item>
        <Form.Item name="actor" label="操作者">
          <Input autoComplete="off" allowClear placeholder="staff:…" />
        </Form.Item>
        <Form.Item name="subject" label="对象">
          <Input autoComplete="off" allowClear />
        </Form.Item>
        <Form.Item name="period" label="时间">
          <DatePicker.RangePicker />
        </Form.Item>
        <Form.Item label=" ">
          <Button type="primary" htmlType="submit" block>
            查询
          </Button>
        </Form.Item>
      </Form>
      <section className="sheet" aria-label="审计记录">
        <Loaded query={entries}>
          {({ pages }) => {
            const rows = pages.flatMap((page) => page.entries)
            if (rows.length === 0) return <Nothing says="没有符合条件的记录" />
            return (
              <>
                <table className="plain">
                  <thead>
                    <tr>
                      <th scope="col">时间</th>
                      <th scope="col">操作者</th>
                      <th scope="col">操作</th>
                      <th scope="col">对象</th>
                      <th scope="col">细节</th>
                      <th scope="col">封存</th>
                    </tr>
                  </thead>
                  <tbody>
                    {rows.map((entry) => (
                      <tr key={entry.id}>
                        <td>
                          {sayInstant(entry.at).split(' ')[0]} {secondOf(entry.at)}
                        </td>
                        <td>{entry.actorName ?? entry.actor}</td>
                        <td>{actionWords[entry.action] ?? entry.action}</td>
                        <td className="number quiet">{entry.subject}</td>
                        <td className="quiet">{sayDetails(entry.details)}</td>
                        <td>
                          {entry.sealed ? (
                            <span className="pill ok">已封存</span>
                          ) : (
                            <span className="pill">待封存</span>
                          )}
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
                {entries.hasNextPage && (
                  <Button
                    block
                    style={{ marginTop: '0.8rem' }}
                    loading={entries.isFetchingNextPage}
                    onClick={() => void entries.fetchNextPage()}
                  >
                    更早的记录
                  </Button>
                )}
              </>
            )
          }}
        </Loaded>
      </section>
    </div>
  )
}

interface LastSeal {
  head: string | null
  sealedAt: string | null
  unsealedRows: number
}

/** The head of the chain is written down elsewhere, so that nobody can forge the record unseen. */
function Seal({ of }: { of: LastSeal }) {
  return (
    <span className="quiet">
      {of.sealedAt ? `最近封存 ${sayInstant(of.sealedAt)}` : '尚未封存'}，待封存 {of.unsealedRows}{' '}
      条
      {of.head && (
        <>
          ；封存头（请另行抄存）<code>{of.head}</code>
        </>
      )}
    </span>
  )
}

function sayDetails(details: Entry['details']): string {
  return Object.entries(details ?? {})
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ')
}
