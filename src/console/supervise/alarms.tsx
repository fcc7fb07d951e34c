import { useQuery } from '@tanstack/react-query'
import { get } from '../foundation/api.ts'
import { sayInstant } from '../foundation/clock.ts'
import { Loaded, Nothing } from '../foundation/parts.tsx'

interface Alarm {
  kind: string
  subject: string
  message: string
  raisedAt: string
}

/** What stands at this moment and wants somebody. */
export default function Alarms() {
  const alarms = useQuery({
    queryKey: ['alarms'],
    queryFn: () => get<{ alarms: Alarm[] }>('/api/v1/alarms'),
    refetchInterval: 30_000,
  })
  return (
    <div className="inner">
      <div className="title-row">
        <h1>告警</h1>
      </div>
      <Loaded query={alarms}>
        {({ alarms: standing }) =>
          standing.length === 0 ? (
            <div className="sheet">
              <Nothing says="现在没有告警" />
            </div>
          ) : (
            <ul className="rows">
              {standing.map((alarm) => (
                <li
                  key={`${alarm.kind} ${alarm.subject}`}
                  style={{ gridTemplateColumns: '1fr auto' }}
                >
                  <span className="what">
                    <b>{alarm.message}</b>
                    <br />
                    <span className="quiet">{alarm.kind}</span>
                  </span>
                  <span className="quiet">{sayInstant(alarm.raisedAt)} 起</span>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </div>
  )
}
