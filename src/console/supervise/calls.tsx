import { useQuery } from '@tanstack/react-query'
import type { CallsOverview } from '../../callback/schema/lead.ts'
import type { CallResult } from '../../telephony/results.ts'
import type { CallState } from '../../telephony/rules.ts'
import { get } from '../foundation/api.ts'
import { sayInstant } from '../foundation/clock.ts'
import { Loaded, Nothing } from '../foundation/parts.tsx'
import { useUnits } from '../foundation/use-units.ts'
import type { Wire } from '../foundation/wire.ts'

const stateWords: Record<Exclude<CallState, 'ended'>, string> = {
  requested: '准备拨打',
  agent_ringing: '话务员话机响铃',
  connecting: '正在呼叫群众',
  citizen_ringing: '群众话机响铃',
  talking: '通话中',
  ending: '正在挂断',
}

const shortWords: Record<CallResult, string> = {
  answered: '接通',
  busy: '占线',
  no_answer: '无人接听',
  rejected: '拒接',
  invalid_number: '空号',
  unreachable: '关机、无法接通',
  failed: '未拨通',
  agent_no_answer: '话务员未接',
  agent_busy: '话务员占线',
  agent_rejected: '话务员拒接',
  agent_cancelled: '话务员取消',
  unknown: '结果不明',
}

/** Calls under way now, and what came of those of the day by hour. */
export function Calls({ day }: { day: string }) {
  const calls = useQuery({
    queryKey: ['calls', 'overview', day],
    queryFn: () => get<Wire<CallsOverview>>(`/api/v1/desk/calls?day=${day}`),
    refetchInterval: 30_000,
    placeholderData: (before) => before,
  })
  const units = useUnits()
  return (
    <Loaded query={calls}>
      {({ open, hours }) => (
        <div className="grid-2 calls">
          <section className="sheet" aria-label="正在通话">
            <h2>
              正在通话 <span className="soft">{open.length} 路</span>
            </h2>
            {open.length === 0 ? (
              <Nothing says="现在没有通话" />
            ) : (
              <table className="plain">
                <thead>
                  <tr>
                    <th scope="col">话务员</th>
                    <th scope="col">话机</th>
                    <th scope="col">承办单位</th>
                    <th scope="col">状态</th>
                    <th scope="col">开始</th>
                  </tr>
                </thead>
                <tbody>
                  {open.map((call) => (
                    <tr key={call.id}>
                      <th scope="row">{call.staffName}</th>
                      <td>{call.extension}</td>
                      <td>{units.nameOf(call.unitCode)}</td>
                      <td>{call.state !== 'ended' && stateWords[call.state]}</td>
                      <td>{sayInstant(call.citizenAnsweredAt ?? call.requestedAt)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
          </section>
          <section className="sheet" aria-label="各时段通话结果">
            <h2>
              各时段通话结果 <span className="soft">交换机记录</span>
            </h2>
            {hours.length === 0 ? <Nothing says="当天没有通话" /> : <ByHour hours={hours} />}
          </section>
        </div>
      )}
    </Loaded>
  )
}

function ByHour({ hours }: { hours: CallsOverview['hours'] }) {
  const results = [...new Set(hours.map(({ result }) => result))]
  const byHour = Map.groupBy(hours, ({ hour }) => hour)
  return (
    <table className="plain">
      <thead>
        <tr>
          <th scope="col">时段</th>
          {results.map((result) => (
            <th key={result} scope="col">
              {shortWords[result]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {[...byHour].map(([hour, counts]) => (
          <tr key={hour}>
            <th scope="row">{hour} 时</th>
            {results.map((result) => (
              <td key={result}>{counts.find((each) => each.result === result)?.count ?? 0}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
