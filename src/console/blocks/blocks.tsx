import { useQuery } from '@tanstack/react-query'
import type { BlockKind } from '../../sms/block-kinds.ts'
import { get } from '../foundation/api.ts'
import { sayInstant } from '../foundation/clock.ts'
import { Loaded, Nothing } from '../foundation/parts.tsx'
import { FindNumber } from './find-number.tsx'
import { ListNumbers } from './list-numbers.tsx'
import { kindWords } from './words.ts'

interface Overview {
  kinds: { kind: BlockKind; numbers: number }[]
  latest: { kind: BlockKind; since: string; until: string | null; reason: string }[]
}

/** Numbers that are not texted: how many and why, one's own lists, and the way back. */
export default function Blocks() {
  const overview = useQuery({
    queryKey: ['blocks'],
    queryFn: () => get<Overview>('/api/v1/contact-blocks'),
    refetchInterval: 30_000,
  })
  return (
    <div className="inner">
      <div className="title-row">
        <h1>不发送名单</h1>
      </div>
      <p className="quiet">
        名单中的号码不发征求意见短信；已经提出的不满意照常回访。号码只存指纹，名单不能读出，只能逐个查询。
      </p>
      <Loaded query={overview}>
        {({ kinds, latest }) => (
          <>
            <div className="tiles">
              {kinds.map(({ kind, numbers }) => (
                <div key={kind} className="tile">
                  {kindWords[kind]}
                  <b>{numbers.toLocaleString('zh-CN')}</b>
                </div>
              ))}
            </div>
            <div className="grid-2">
              <FindNumber />
              <ListNumbers />
            </div>
            <section className="sheet" aria-label="最近登记">
              <h2>最近登记</h2>
              {latest.length === 0 ? (
                <Nothing says="名单还是空的" />
              ) : (
                <table className="plain">
                  <thead>
                    <tr>
                      <th scope="col">类别</th>
                      <th scope="col">登记</th>
                      <th scope="col">到期</th>
                      <th scope="col">原因</th>
                    </tr>
                  </thead>
                  <tbody>
                    {latest.map((entry) => (
                      <tr key={`${entry.kind} ${entry.since} ${entry.reason}`}>
                        <td>{kindWords[entry.kind]}</td>
                        <td>{sayInstant(entry.since)}</td>
                        <td>{entry.until ? sayInstant(entry.until) : '长期'}</td>
                        <td>{entry.reason || '—'}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              )}
            </section>
          </>
        )}
      </Loaded>
    </div>
  )
}
