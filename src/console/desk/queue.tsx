import { App, Button, Pagination, Select } from 'antd'
import { useMemo, useState } from 'react'
import { useSearchParams } from 'wouter'
import type { QueueScope } from '../../callback/schema/queue.ts'
import type { ApiError } from '../foundation/api.ts'
import { Key, useKeys } from '../foundation/keys.tsx'
import { useGo } from '../foundation/leaving.tsx'
import { Loaded, Nothing } from '../foundation/parts.tsx'
import { originWords, scopeWords } from '../words.ts'
import { QueueList } from './rows.tsx'
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
  const queue = useQueue({
    scope,
    origin,
    business,
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
              <QueueList
                rows={rows}
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
                  onChange={setPage}
                />
              )}
            </>
          )
        }
      </Loaded>
    </div>
  )
}
