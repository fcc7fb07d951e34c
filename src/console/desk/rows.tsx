import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { sayInstant } from '../foundation/clock.ts'
import { useKeys } from '../foundation/keys.tsx'
import { useGo } from '../foundation/leaving.tsx'
import { Deadline } from '../foundation/parts.tsx'
import { originWords, ratingWords, resultWords } from '../words.ts'
import type { Row } from './use-desk.ts'

/** Cases one below the other; arrows choose, Enter opens. */
export function QueueList({
  rows,
  aside,
}: {
  rows: readonly Row[]
  aside: (row: Row) => ReactNode
}) {
  const go = useGo()
  const [chosen, setChosen] = useState(0)
  const at = Math.min(chosen, rows.length - 1)
  const list = useRef<HTMLUListElement>(null)
  const keys = useMemo(
    () => [
      { key: 'arrowdown', says: '下一行', run: () => setChosen(Math.min(at + 1, rows.length - 1)) },
      { key: 'arrowup', says: '上一行', run: () => setChosen(Math.max(at - 1, 0)) },
      { key: 'o', says: '打开选中的任务', run: () => rows[at] && void go(`/cases/${rows[at].id}`) },
    ],
    [at, rows, go],
  )
  useKeys('列表', keys)
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: 'nearest' })
  }, [at])
  return (
    <ul className="rows" ref={list}>
      {rows.map((row, index) => (
        <li
          key={row.id}
          className={`queue-row${index === at ? ' chosen' : ''}`}
          onMouseEnter={() => setChosen(index)}
        >
          <span>
            <OriginPill origin={row.origin} />
          </span>
          <span className="what">
            <b>
              <a
                href={`/cases/${row.id}`}
                onFocus={() => setChosen(index)}
                onClick={(event) => {
                  event.preventDefault()
                  void go(`/cases/${row.id}`)
                }}
              >
                {row.business} · {row.item ?? '未写事项'}
              </a>
            </b>
            <br />
            <span className="quiet">
              {row.unitName}
              {row.rating && ` · 首次评价 ${ratingWords[row.rating]}`}
              {row.lastResult && ` · 上次 ${resultWords[row.lastResult]}`}
            </span>
          </span>
          <span className="quiet">
            已拨 {row.attempts} 次<br />
            {Date.parse(row.notBefore) > Date.parse(row.openedAt) + 60_000 &&
              `约 ${sayInstant(row.notBefore)}`}
          </span>
          <span>
            <Deadline dueAt={row.dueAt} />
            <br />
            <span className="quiet">期限 {sayInstant(row.dueAt)}</span>
          </span>
          <span className="quiet" style={{ textAlign: 'right' }}>
            {aside(row)}
          </span>
        </li>
      ))}
    </ul>
  )
}

export function OriginPill({ origin }: { origin: Row['origin'] }) {
  const tone =
    origin === 'urgent' ? 'bad' : origin === 'dissatisfied' || origin === 'hotline' ? 'warn' : ''
  return <span className={`pill ${tone}`}>{originWords[origin]}</span>
}
