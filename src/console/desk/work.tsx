import { App, Button } from 'antd'
import { useEffect, useMemo, useRef } from 'react'
import { Link } from 'wouter'
import type { ApiError } from '../foundation/api.ts'
import { saySpan, nowMs } from '../foundation/clock.ts'
import { Key, useKeys } from '../foundation/keys.tsx'
import { useGo } from '../foundation/leaving.tsx'
import { Loaded, Nothing } from '../foundation/parts.tsx'
import { useSession } from '../foundation/session.tsx'
import { QueueList } from './rows.tsx'
import { useClaim, useCounts, useQueue } from './use-desk.ts'

/** Takes the next case and opens it. */
export function useNext(): { next: () => void; busy: boolean } {
  const claim = useClaim()
  const go = useGo()
  const { message } = App.useApp()
  const { mutateAsync, isPending } = claim
  return useMemo(
    () => ({
      busy: isPending,
      next: () =>
        void mutateAsync(null).then(
          ({ callback }) => go(`/cases/${callback.id}`),
          (error: ApiError) => void message.info(error.message),
        ),
    }),
    [mutateAsync, isPending, go, message],
  )
}

export default function Work() {
  const { staff } = useSession()
  const counts = useCounts()
  const mine = useQueue({ scope: 'mine' })
  const { next, busy } = useNext()
  const keys = useMemo(() => [{ key: 'n', says: '领取下一个并打开', run: next }], [next])
  useKeys('我的工作', keys)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus({ preventScroll: true }), [])
  return (
    <div className="inner">
      <div className="title-row">
        <h1 ref={heading} tabIndex={-1}>
          {staff.name}，{mine.data?.total ? `您手上有 ${mine.data.total} 件` : '您手上没有任务'}
        </h1>
        <Button type="primary" size="large" loading={busy} onClick={next}>
          领取下一个 <Key name="n" />
        </Button>
      </div>
      <Loaded query={counts}>
        {(figures) => (
          <div className="tiles">
            <Tile says="现在可拨" figure={figures.due} to="/queue?scope=due" />
            <Tile says="即将超时" figure={figures.soon} to="/queue?scope=soon" tone="warn" />
            <Tile says="已超时" figure={figures.overdue} to="/queue?scope=overdue" tone="bad" />
            <Tile says="约定稍后" figure={figures.later} to="/queue?scope=later" />
            <Tile
              says="同事处理中"
              figure={Math.max(0, figures.claimed - figures.mine)}
              to="/queue?scope=claimed"
            />
          </div>
        )}
      </Loaded>
      <Loaded query={mine}>
        {({ rows }) =>
          rows.length === 0 ? (
            <div className="sheet">
              <Nothing says="手上没有任务。按 N 领取下一个：先紧急，再按期限先后。" />
            </div>
          ) : (
            <QueueList
              rows={rows}
              aside={(row) =>
                row.settleAt
                  ? '已记录，可撤销'
                  : row.leaseUntil
                    ? `占用还有 ${saySpan(Date.parse(row.leaseUntil) - nowMs())}`
                    : ''
              }
            />
          )
        }
      </Loaded>
    </div>
  )
}

function Tile({
  says,
  figure,
  to,
  tone,
}: {
  says: string
  figure: number
  to: string
  tone?: 'warn' | 'bad'
}) {
  return (
    <Link href={to} className={`tile${tone && figure > 0 ? ` ${tone}` : ''}`}>
      <span className="soft">{says}</span>
      <b>{figure}</b>
    </Link>
  )
}
