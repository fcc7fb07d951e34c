import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, DatePicker, Input } from 'antd'
import dayjs from 'dayjs'
import { lazy, Suspense, useState } from 'react'
import type { Overview } from '../../callback/schema/lead.ts'
import type { ApiError } from '../foundation/api.ts'
import { get, post } from '../foundation/api.ts'
import { dayOf, nowMs, sayInstant, timeOf } from '../foundation/clock.ts'
import { Deadline, Loaded, Nothing } from '../foundation/parts.tsx'
import type { Wire } from '../foundation/wire.ts'
import { useSession } from '../foundation/session.tsx'
import { resultWords } from '../words.ts'
import { Calls } from './calls.tsx'

const Hours = lazy(() => import('./hours-chart.tsx'))

type Figures = Wire<Overview>

/** A share with both its numbers; a denominator of zero is no share. */
export function Share({ of, among }: { of: number; among: number }) {
  return (
    <span className="number">
      {among === 0 ? '无' : `${((of / among) * 100).toFixed(1)}%`}{' '}
      <span className="quiet">
        （{of}/{among}）
      </span>
    </span>
  )
}

/** The desk on a day: what is open now, who is at what, what was done. Printed, it is the sheet of the day. */
export default function OverviewPage() {
  const [day, setDay] = useState(() => dayOf(nowMs()))
  const today = dayOf(nowMs())
  const { clickToCall } = useSession()
  const overview = useQuery({
    queryKey: ['callbacks', 'overview', day],
    queryFn: () => get<Figures>(`/api/v1/desk/overview?day=${day}`),
    refetchInterval: 60_000,
    placeholderData: (before) => before,
  })
  return (
    <div className="inner">
      <div className="title-row">
        <h1>督导 · {day}</h1>
        <span className="no-print">
          <DatePicker
            aria-label="日期"
            allowClear={false}
            value={dayjs(day)}
            maxDate={dayjs(today)}
            onChange={(picked) => picked && setDay(picked.format('YYYY-MM-DD'))}
          />{' '}
          <Button onClick={() => print()}>打印日报</Button>
        </span>
      </div>
      <Loaded query={overview}>
        {(figures) => (
          <>
            <Tiles figures={figures} />
            <div className="grid-2">
              <Ages figures={figures} />
              <Survey figures={figures} />
            </div>
            <People figures={figures} />
            <div className="grid-2">
              <section className="sheet" aria-label="各时段接通率">
                <h2>
                  各时段接通率 <span className="soft">近 30 天，柱为当天拨打</span>
                </h2>
                {figures.hours.length === 0 ? (
                  <Nothing says="还没有拨打记录" />
                ) : (
                  <Suspense fallback={null}>
                    <Hours hours={figures.hours} />
                  </Suspense>
                )}
              </section>
              <section className="sheet" aria-label="当天拨打结果">
                <h2>当天拨打结果</h2>
                {figures.results.length === 0 ? (
                  <Nothing says="当天没有拨打" />
                ) : (
                  <dl className="facts">
                    {figures.results.map(({ result, count }) => (
                      <div key={result} style={{ display: 'contents' }}>
                        <dt>{resultWords[result]}</dt>
                        <dd className="number">{count}</dd>
                      </div>
                    ))}
                  </dl>
                )}
              </section>
            </div>
            {clickToCall && <Calls day={day} />}
            <ShiftNotes figures={figures} />
          </>
        )}
      </Loaded>
    </div>
  )
}

function Tiles({ figures }: { figures: Figures }) {
  const overdue = figures.ages.reduce((sum, each) => sum + each.overdue, 0)
  const soon = figures.ages.reduce((sum, each) => sum + each.soon, 0)
  const open = figures.ages.reduce((sum, each) => sum + each.count, 0)
  const tiles = [
    { says: '未办结', figure: open },
    { says: '已超时', figure: overdue, tone: 'bad' },
    { says: '即将超时', figure: soon, tone: 'warn' },
    { says: '当天新增', figure: figures.opened },
    { says: '当天办结', figure: figures.closed.total },
  ]
  return (
    <div className="tiles">
      {tiles.map(({ says, figure, tone }) => (
        <div key={says} className={`tile${tone && figure > 0 ? ` ${tone}` : ''}`}>
          <span className="soft">{says}</span>
          <b>{figure}</b>
        </div>
      ))}
    </div>
  )
}

function Ages({ figures }: { figures: Figures }) {
  return (
    <section className="sheet" aria-label="未办结任务">
      <h2>
        未办结任务 <span className="soft">按已等待的时间</span>
      </h2>
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">已等待</th>
            <th scope="col">件数</th>
            <th scope="col">已超时</th>
            <th scope="col">即将超时</th>
          </tr>
        </thead>
        <tbody>
          {figures.ages.map((age) => (
            <tr key={age.label}>
              <th scope="row">{age.label}</th>
              <td>{age.count}</td>
              <td className={age.overdue > 0 ? 'bad' : ''}>{age.overdue}</td>
              <td className={age.soon > 0 ? 'warn' : ''}>{age.soon}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Survey({ figures }: { figures: Figures }) {
  const { surveys, closed } = figures
  const rows = [
    { says: '参评率', of: surveys.rated, among: surveys.sent, note: '有评价 / 已发出' },
    {
      says: '满意率',
      of: surveys.satisfied,
      among: surveys.rated,
      note: '非常满意与满意 / 有评价',
    },
    { says: '基本满意', of: surveys.basicallySatisfied, among: surveys.rated, note: '/ 有评价' },
    { says: '差评率', of: surveys.dissatisfied, among: surveys.rated, note: '/ 有评价' },
    { says: '按期办结率', of: closed.inTime, among: closed.total, note: '期限内 / 当天办结的回访' },
    {
      says: '问题成立',
      of: closed.upheld,
      among: closed.resolved,
      note: '成立与部分成立 / 已接通办结',
    },
  ]
  return (
    <section className="sheet" aria-label="参评与满意">
      <h2>
        参评与满意 <span className="soft">当天发出的短信，至今</span>
      </h2>
      <table className="plain">
        <tbody>
          {rows.map(({ says, of, among, note }) => (
            <tr key={says}>
              <th scope="row">{says}</th>
              <td>
                <Share of={of} among={among} />
              </td>
              <td className="quiet">{note}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function People({ figures }: { figures: Figures }) {
  return (
    <section className="sheet" aria-label="谁在做什么" style={{ margin: '0.8rem 0' }}>
      <h2>谁在做什么</h2>
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">姓名</th>
            <th scope="col">手上</th>
            <th scope="col">最近期限</th>
            <th scope="col">当天拨打</th>
            <th scope="col">接通率</th>
            <th scope="col">最近一次</th>
          </tr>
        </thead>
        <tbody>
          {figures.people.map((person) => (
            <tr key={person.id}>
              <th scope="row">{person.name}</th>
              <td>{person.working}</td>
              <td>{person.nearestDueAt ? <Deadline dueAt={person.nearestDueAt} /> : '—'}</td>
              <td>{person.attempts}</td>
              <td>
                <Share of={person.reached} among={person.attempts} />
              </td>
              <td>{person.lastAt ? timeOf(person.lastAt) : '—'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function ShiftNotes({ figures }: { figures: Figures }) {
  const queries = useQueryClient()
  const { message } = App.useApp()
  const [text, setText] = useState('')
  const [busy, setBusy] = useState(false)
  const hand = async () => {
    setBusy(true)
    try {
      await post('/api/v1/desk/shift-notes', { text })
      setText('')
      await queries.invalidateQueries({ queryKey: ['callbacks', 'overview'] })
      void message.success('已交接')
    } catch (error) {
      void message.error((error as ApiError).message)
    } finally {
      setBusy(false)
    }
  }
  return (
    <section className="sheet" aria-label="交接班" style={{ marginTop: '0.8rem' }}>
      <h2>交接班</h2>
      <div className="no-print" style={{ display: 'flex', gap: '0.6rem', marginBottom: '0.6rem' }}>
        <Input.TextArea
          aria-label="交接内容"
          rows={2}
          maxLength={2_000}
          value={text}
          placeholder="下一班要知道的：约好的电话、没说完的事、需要盯的期限"
          onChange={(event) => setText(event.target.value)}
        />
        <Button
          type="primary"
          loading={busy}
          disabled={text.trim() === ''}
          onClick={() => void hand()}
        >
          交接
        </Button>
      </div>
      {figures.notes.length === 0 ? (
        <p className="quiet">还没有交接记录</p>
      ) : (
        <ul className="history">
          {figures.notes.map((note) => (
            <li key={note.id}>
              {note.text}
              <br />
              <span className="quiet">
                {note.by} · {sayInstant(note.at)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
