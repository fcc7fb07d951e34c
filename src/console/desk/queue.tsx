import { App, Button, Pagination, Select } from 'antd'
import { useMemo, useState } from 'react'
import { useSearchParams } from 'wouter'
import type { QueueScope } from '../../callback/schema/queue.ts'
import type { ApiError } from '../foundation/api.ts'
import { Key, useKeys } from '../foundation/keys.tsx'
import { useGo } from '../foundation/leaving.tsx'
import { Loaded, Nothing } from '../foundation/parts.tsx'
import { useSession } from '../foundation/session.tsx'
import { useUnits } from '../foundation/use-units.ts'
import { Reassign } from '../supervise/reassign.tsx'
import { originWords, scopeWords } from '../words.ts'
import { QueueList, type Marking } from './rows.tsx'
import { useClaim, useCounts, useQueue } from './use-desk.ts'
import { useNext } from './work.tsx'

// In the order in which people look at them.
const queueScopeOrder: readonly QueueScope[] = [
  'due',
  'soon',
  'overdue',
  'later',
  'claimed',
  'mine',
]
const pageSize = 50
const businesses = ['110', '户政', '车管', '驾证', '出入境']

/** Everything that waits, by deadline; the filters stand in the address, so that a view can be kept. */
export default function Queue() {
  const [params, setParams] = useSearchParams()
  const [page, setPage] = useState(1)
  const scope = (params.get('scope') ?? 'due') as QueueScope
  const origin = params.get('origin') ?? undefined
  const business = params.get('business') ?? undefined
  const unitCode = params.get('unitCode') ?? undefined
  const { staff } = useSession()
  const leads = staff.role === 'supervisor'
  const units = useUnits()
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set())
  const [reassigning, setReassigning] = useState<string[] | null>(null)
  const queue = useQueue({
    scope,
    origin,
    business,
    unitCode,
    limit: pageSize,
    offset: (page - 1) * pageSize,
  })
  const counts = useCounts()
  const { next, busy } = useNext()
  const claim = useClaim()
  const go = useGo()
  const { message } = App.useApp()

  const filter = (name: string, value: string | undefined) => {
    setPage(1)
    setMarked(new Set())
    setParams((before) => {
      const after = new URLSearchParams(before)
      if (value) after.set(name, value)
      else after.delete(name)
      return after
    })
  }
  const claimOne = (id: string) =>
    claim.mutate(id, {
      onSuccess: () => void go(`/cases/${id}`),
      onError: (error) => void message.warning((error as ApiError).message),
    })
  const keys = useMemo(() => [{ key: 'n', says: '领取下一个并打开', run: next }], [next])
  useKeys('回访队列', keys)
  const marking = useMemo<Marking>(
    () => ({
      marked,
      mark: (ids, on) =>
        setMarked((before) => {
          const after = new Set(before)
          for (const id of ids) {
            if (on) after.add(id)
            else after.delete(id)
          }
          return after
        }),
      act: { key: 'r', says: '改派选取的任务', run: setReassigning },
    }),
    [marked],
  )
  const markedHere = (queue.data?.rows ?? []).map(({ id }) => id).filter((id) => marked.has(id))

  return (
    <div className="inner">
      <div className="title-row">
        <h1>回访队列</h1>
        <Select
          aria-label="来源"
          allowClear
          placeholder="全部来源"
          style={{ width: '9rem' }}
          value={origin}
          onChange={(value: string | undefined) => filter('origin', value)}
          options={Object.entries(originWords).map(([value, label]) => ({ value, label }))}
        />
        <Select
          aria-label="单位"
          allowClear
          showSearch={{ optionFilterProp: 'search' }}
          placeholder="全部单位"
          style={{ width: '12rem' }}
          loading={units.isLoading}
          value={unitCode}
          onChange={(value: string | undefined) => filter('unitCode', value)}
          options={units.choices(true)}
        />
        <Select
          aria-label="业务"
          allowClear
          placeholder="全部业务"
          style={{ width: '8rem' }}
          value={business}
          onChange={(value: string | undefined) => filter('business', value)}
          options={businesses.map((value) => ({ value, label: value }))}
        />
        <Button type="primary" size="large" loading={busy} onClick={next}>
          领取下一个 <Key name="n" />
        </Button>
      </div>
      <div className="choices" role="group" aria-label="范围" style={{ marginBottom: '0.9rem' }}>
        {queueScopeOrder.map((each) => (
          <button
            key={each}
            type="button"
            className="choice"
            aria-pressed={each === scope}
            onClick={() => filter('scope', each)}
          >
            {scopeWords[each]}
            {counts.data && <span className="number soft">{counts.data[each]}</span>}
          </button>
        ))}
      </div>
      <Loaded query={queue}>
        {({ rows, total }) =>
          rows.length === 0 ? (
            <div className="sheet">
              <Nothing says={`“${scopeWords[scope]}”里没有任务`} />
            </div>
          ) : (
            <>
              {leads && (
                <div className="marked-bar">
                  <span className="soft" role="status">
                    {markedHere.length > 0
                      ? `已选取 ${markedHere.length} 件`
                      : '按 X 选取，Z 选取本页全部'}
                  </span>
                  <Button
                    disabled={markedHere.length === 0}
                    onClick={() => setReassigning(markedHere)}
                  >
                    改派 <Key name="r" />
                  </Button>
                </div>
              )}
              <QueueList
                rows={rows}
                marking={leads ? marking : undefined}
                aside={(row) =>
                  row.holder ? (
                    `${row.holder.name} 处理中`
                  ) : (
                    <Button
                      onClick={() => claimOne(row.id)}
                      aria-label={`领取：${row.item ?? row.business}`}
                    >
                      领取
                    </Button>
                  )
                }
              />
              {total > pageSize && (
                <Pagination
                  style={{ marginTop: '1rem' }}
                  current={page}
                  pageSize={pageSize}
                  total={total}
                  showSizeChanger={false}
                  showTotal={(count) => `共 ${count} 件`}
                  onChange={(to) => {
                    setPage(to)
                    setMarked(new Set())
                  }}
                />
              )}
            </>
          )
        }
      </Loaded>
      {reassigning && (
        <Reassign
          ids={reassigning}
          onClose={() => setReassigning(null)}
          onDone={() => {
            setReassigning(null)
            setMarked(new Set())
          }}
        />
      )}
    </div>
  )
}
