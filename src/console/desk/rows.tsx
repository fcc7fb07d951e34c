import { Checkbox } from 'antd'
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { sayInstant } from '../foundation/clock.ts'
import { useKeys } from '../foundation/keys.tsx'
import { useGo } from '../foundation/leaving.tsx'
import { Deadline } from '../foundation/parts.tsx'
import { originWords, ratingWords, resultWords } from '../words.ts'
import type { Row } from './use-desk.ts'

/** Several rows at once, for those who may do something with them. */
export interface Marking {
  marked: ReadonlySet<string>
  mark: (ids: readonly string[], on: boolean) => void
  /** What `key` does with the marked rows, or with the chosen one when none is marked. */
  act: { key: string; says: string; run: (ids: string[]) => void }
}

/** Cases one below the other; arrows choose, O opens. */
export function QueueList({
  rows,
  aside,
  marking,
}: {
  rows: readonly Row[]
  aside: (row: Row) => ReactNode
  marking?: Marking | undefined
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
      ...(marking ? markingKeys(rows, rows[at], marking) : []),
    ],
    [at, rows, go, marking],
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
          className={`queue-row${marking ? ' marking' : ''}${index === at ? ' chosen' : ''}`}
          onMouseEnter={() => setChosen(index)}
        >
          {marking && (
            <Checkbox
              aria-label={`选取：${row.business} · ${row.item ?? '未写事项'}`}
              checked={marking.marked.has(row.id)}
              onFocus={() => setChosen(index)}
              onChange={(event) => marking.mark([row.id], event.target.checked)}
            />
          )}
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
            <span className="quiet">
              期限 {sayInstant(row.dueAt)}
              {row.dueProvisional && '（暂定）'}
            </span>
          </span>
          <span className="quiet" style={{ textAlign: 'right' }}>
            {aside(row)}
          </span>
        </li>
      ))}
    </ul>
  )
}

function markingKeys(rows: readonly Row[], chosen: Row | undefined, marking: Marking) {
  const { marked, mark, act } = marking
  const ids = rows.map(({ id }) => id)
  return [
    {
      key: 'x',
      says: '选取或放开选中的任务',
      run: () => chosen && mark([chosen.id], !marked.has(chosen.id)),
    },
    {
      key: 'z',
      says: '选取或放开本页全部',
      run: () => mark(ids, !ids.every((id) => marked.has(id))),
    },
    {
      key: act.key,
      says: act.says,
      run: () => {
        const several = ids.filter((id) => marked.has(id))
        if (several.length > 0) act.run(several)
        else if (chosen) act.run([chosen.id])
      },
    },
  ]
}

export function OriginPill({ origin }: { origin: Row['origin'] }) {
  const tone =
    origin === 'urgent' ? 'bad' : origin === 'dissatisfied' || origin === 'hotline' ? 'warn' : ''
  return <span className={`pill ${tone}`}>{originWords[origin]}</span>
}
